/** The doctor's page, and what is said of an accelerator wherever it is shown. */
export const doctorStrings = {
  title: 'Doctor',
  examining: 'Examining this computer…',
  failed: 'This computer could not be examined.',
  again: 'Check again',
  examinedAt: (time: string) => `Examined at ${time}`,
  copyReport: 'Copy report',
  copyCommand: 'Copy command',
  states: { ok: 'fine', note: 'note', warning: 'could be better', problem: 'problem' },
  engine: (name: string, accelerator: string, reason: string) => `Engine: ${name}, ${accelerator}. ${reason}`,
  acceleration: 'Acceleration',
  confirmed: 'The running engine confirmed it.',
  notConfirmed: 'The running engine did not confirm it.',
  cost: 'Every instruction of the guest is translated: computing takes many times as long as on hardware, waiting for disks and networks does not.',
  repair: 'To repair it',
  openDoctor: 'Open Doctor',
} as const;
