/** The command palette. */
export const paletteStrings = {
  title: 'Commands',
  placeholder: 'A command, or the name of an instance',
  none: (wanted: string) => `Nothing is called “${wanted}”.`,
  sections: {
    instance: 'This instance',
    view: 'Views',
    console: 'Console',
    application: 'Slipway',
    instances: 'Instances',
  },
  goTo: (name: string) => `Go to ${name}`,
  of: (action: string, name: string) => `${action} · ${name}`,
  inConsole: (what: string) => `Console: ${what.charAt(0).toLowerCase()}${what.slice(1)}`,
  newInstance: 'New instance',
  launchDemo: 'Launch the demo guest',
  search: 'Search instances',
  shortcuts: 'Keyboard shortcuts',
  supportBundle: 'Support bundle of this computer',
  theme: { light: 'Light theme', dark: 'Dark theme', system: 'The system’s theme' },
  density: { comfortable: 'Comfortable density', compact: 'Compact density' },
} as const;
