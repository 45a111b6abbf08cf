/** The frame: strip, pages, what stands where an instance would. */
export const workbenchStrings = {
  connecting: 'Connecting…',
  reading: 'Reading the home…',
  chooseOne: 'Choose an instance.',
  resizeList: 'Resize the list',
  pages: 'Pages',
  doctor: 'Doctor',
  settings: 'Settings',
  refused: 'Not connected',
  connection: {
    label: 'Connection',
    lost: 'Connection lost.',
    since: (time: string) => `Away for ${time}.`,
    meanwhile: 'Guests keep running; what is shown may be old.',
    retryIn: (seconds: number) => `Retrying in ${seconds} s.`,
    retrying: 'Retrying …',
    retryNow: 'Retry now',
  },
} as const;
