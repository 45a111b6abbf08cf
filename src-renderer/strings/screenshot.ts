/** A picture of a guest's display. */
export const screenshotStrings = {
  title: (name: string) => `Screenshot of “${name}”`,
  again: 'Take again',
  failed: 'Screenshot failed',
  asking: 'Asking the engine for a picture…',
  display: (name: string) => `Display of ${name}`,
  notCopied: 'Pictures cannot be copied from here; save it instead.',
} as const;
