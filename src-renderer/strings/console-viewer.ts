/** What the page itself writes between a guest's lines. */
export const consoleViewerStrings = {
  boot: (number: number) => `boot ${number}`,
  bytesGone: (count: number) => `${count} bytes are no longer kept`,
  end: 'end',
  guestReset: 'the guest was reset',
  guestPanicked: (words: string) => (words === '' ? 'the guest panicked' : `the guest panicked: ${words}`),
  sendingStopped: 'Sending was stopped.',
  consoleLeft: 'The console was left, or its guest ended, before everything was sent.',
  notTaken: (taken: number, total: number) => `The guest took ${taken} of ${total} bytes.`,
  notTakenHint: 'It does not read from this line, or the line is full. Send it again when it listens.',
} as const;
