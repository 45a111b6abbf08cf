/** Every text of the shell that a person reads: menus, native dialogs, the tray. */
export const shellStrings = {
  name: 'Slipway',
  cancel: 'Cancel',
  quit: 'Quit',
  tray: {
    open: 'Open Slipway',
    none: 'No guest is running',
    guest: (name: string, word: string) => `${name}: ${word}`,
    show: 'Show',
    stop: 'Stop',
    quit: 'Quit Slipway',
    summary: (count: number) =>
      count === 0 ? 'Slipway' : `Slipway: ${count === 1 ? '1 guest runs' : `${count} guests run`}`,
  },
  menu: {
    file: 'File',
    edit: 'Edit',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select All',
    view: 'View',
    larger: 'Larger',
    smaller: 'Smaller',
    actualSize: 'Actual Size',
    fullScreen: 'Full Screen',
    reload: 'Reload Page',
    developer: 'Developer Tools',
    window: 'Window',
    minimise: 'Minimise',
    close: 'Close',
    help: 'Help',
    showLog: 'Show Log',
    openDirectory: 'Open Slipway’s Directory',
    about: 'About Slipway',
    quitNamed: 'Quit Slipway',
  },
  power: {
    once: (action: string) => `${action} once`,
    instance: (action: string) => `${action}, and such for this instance from now on`,
    always: (action: string) => `${action}, and such always`,
  },
  links: {
    refused: 'This link is not opened.',
    ask: (host: string) => `Open ${host} in the browser?`,
    open: 'Open',
    notOpened: 'Not opened.',
  },
  windows: {
    tooMany: 'There are as many console windows as Slipway opens.',
    closeOne: 'Close one of them.',
  },
  crash: {
    message: 'The page crashed several times.',
    detail: 'Your guests are not affected: they and their consoles live outside of it.',
    reload: 'Reload',
  },
  quitting: {
    title: 'Quit Slipway',
    running: (count: number) => (count === 1 ? 'A guest is running.' : `${count} guests are running.`),
    choices:
      'Left running, they go on without Slipway, and it finds them again when it starts.\n' +
      'Shut down, each is asked to power off first, then ended. Quit again meanwhile to end them at once.',
    leave: 'Leave Running',
    shutDown: 'Shut Down',
    remember: 'Do this from now on, without asking',
    failed: (names: string) => `${names} could not be shut down.`,
    failedDetail: 'Slipway stays open. Quit again to leave it running.',
    countdown: (count: number, seconds: number) =>
      `Slipway: shutting down ${count === 1 ? '1 guest' : `${count} guests`}, ${seconds} s at most`,
    writes: (rate: string) => `, writes ${rate} to this disk`,
  },
} as const;
