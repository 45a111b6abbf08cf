/** What ffx would say of an instance, and how a debugger comes to it. */
export const showStrings = {
  readAs: 'Read as',
  readable: 'Readable',
  json: 'JSON',
  copyJson: 'Copy JSON',
  failed: 'Show failed',
  debugger: 'Debugger',
  copyDebuggerLine: 'Copy debugger line',
  attach: 'Attach to process',
  attachEnd: 'to continue.',
  copyProcess: 'Copy process id',
  exportTitle: 'Export to ffx',
  exportVerb: 'Export to ffx…',
  exportAbout: 'Writes a copy in the format of ffx emu into a directory',
  exported: (path: string) => `Written to ${path}. ffx emu lists it from there.`,
  copyPath: 'Copy path',
} as const;
