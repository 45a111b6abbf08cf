/** New instance and Edit: the gallery of sources, the form's frame, its command, pasted text, templates. */
import type { GuestKind } from '../state/stores.ts';

interface SourceText {
  readonly title: string;
  readonly about: string;
}

export const launchStrings = {
  title: 'New instance',
  editTitle: (name: string) => `Edit “${name}”`,
  editFailed: 'Edit instance',
  launch: 'Launch',
  create: 'Create',
  createAbout: 'Made and listed, not launched',
  save: 'Save',
  cancel: 'Cancel',
  back: 'Back',
  otherSource: 'Another source',
  form: 'Instance',
  backKeys: 'Alt+Left',
  launchKeys: 'Ctrl+Enter',
  more: 'More',
  failed: 'Launch failed',
  dropHint: 'Files can be dropped anywhere on this dialog.',
  toFix: (count: number, first: string) => (count === 1 ? first : `${count} things to fix. The first: ${first}`),
  noBrowserPath: 'A browser does not tell where a dropped file lies. Choose it with the button instead.',
  notOfHost: (name: string) => `"${name}" is not a file on this host.`,
} as const;

export const sourceStrings = {
  list: 'Sources',
  filter: 'Search sources',
  filterPlaceholder: 'Type to search, or paste a QEMU command',
  nothing: (text: string) => `No source is called “${text}”.`,
  hint: 'Enter chooses, Ctrl+Enter launches at once.',
  choose: 'Choose',
  groups: { again: 'Last made', guest: 'Boot', import: 'From elsewhere', template: 'Templates' },
  again: (name: string) => `${name}, once more`,
  againAbout: (kind: string, architecture: string) =>
    `A new instance like the last one: ${kind}, ${architecture}. Enter launches it; Shift+Enter opens the form first.`,
  editFirst: 'Open the form',
  guests: {
    demo: { title: 'Demo', about: 'Boots in under a second, logs, then a shell. Needs only QEMU.' },
    linux: {
      title: 'Linux recipe',
      about: 'Debian kernel, BusyBox, ssh: a real kernel with a login shell and an ssh server.',
    },
    kernel: { title: 'Linux kernel', about: 'A kernel or an ELF (multiboot, PVH), with initrd and command line.' },
    disk: { title: 'Disk or ISO', about: 'qcow2, raw, vmdk or an ISO, by BIOS or UEFI.' },
    firmware: { title: 'Firmware', about: 'A BIOS image or a pflash pair, with an EFI directory.' },
    fuchsia: {
      title: 'Fuchsia bundle',
      about: 'A product bundle, loose images or a flag template, as ffx emu boots them.',
    },
  } satisfies Record<GuestKind, SourceText>,
  paste: {
    title: 'Paste a command or script',
    about: 'A qemu-system-… line or the script that runs one becomes a form.',
  },
  ffx: {
    title: 'ffx emu instance',
    none: 'None here: what "ffx emu start" makes is found by itself.',
    of: (name: string) => `ffx emu: ${name}`,
    about: (architecture: string, state: string) =>
      `Its bundle, device and ports, as an instance of your own. ${architecture}, ${state}.`,
  },
  templateAbout: (about: string, kind: string, architecture: string) =>
    [about === '' || /[.!?]$/.test(about) ? about : `${about}.`, `${kind}, ${architecture}.`].filter(Boolean).join(' '),
  missing: (files: readonly string[]) =>
    files.length === 1 ? `Not there: ${files[0]}` : `${files.length} files are not there: ${files.join(', ')}`,
  badges: {
    cached: 'ready',
    download: 'needs a download',
    unavailable: 'not here',
    noEngine: 'no QEMU',
    missing: 'files missing',
    broken: 'cannot be read',
  },
  fileDropped: 'Dropped file',
} as const;

export const previewStrings = {
  title: 'Command',
  region: 'Preview',
  arguments: 'Arguments',
  asking: 'Asking…',
  problem: (field: string, message: string) => `${field}: ${message}`,
  none: 'There is no command line for this yet.',
  copy: 'Copy command',
  script: 'Save as script…',
  scriptSaved: (name: string) => `${name} was saved.`,
  edit: 'Edit as command',
  ofSlipway: 'Slipway',
  own: 'yours',
  ofSlipwayAbout: 'Slipway needs this for itself; no field makes it.',
  ownAbout: 'Your own, given to QEMU word for word.',
  noField: 'No field of the form makes this argument.',
  choose: 'Enter or a click goes to its field.',
  changed: 'Changed since the last boot',
  unchanged: 'As at the last boot.',
  removed: 'removed',
  added: 'added',
  binary: 'Program',
} as const;

export const editStrings = {
  label: 'Command line',
  about: 'Change the line; what differs goes back into the form. What no field says becomes an extra argument.',
  apply: 'Apply',
  applyKeys: 'Ctrl+Enter',
  discard: 'Discard',
  reading: 'Reading…',
  result: 'What the edited command changed',
  nothing: 'Nothing in the form changed.',
  change: (field: string, before: string, after: string) =>
    before === ''
      ? `${field}: ${after}`
      : after === ''
        ? `${field}: no longer ${before}`
        : `${field}: ${before} → ${after}`,
  kept: 'Kept as extra arguments',
  dropped: 'Left out',
  undo: 'Undo',
  dismiss: 'Dismiss',
} as const;

export const pasteStrings = {
  heading: 'Paste a command or script',
  text: 'Command line or script',
  placeholder: 'qemu-system-x86_64 -kernel bzImage -initrd initrd.img \\\n  -append "console=ttyS0" -m 1G -nographic',
  about:
    'From a terminal’s history, a Makefile, a README, or “ps -ww -o args”. Continuation lines, quotes and variables are understood. Nothing is run.',
  open: 'Open script…',
  directory: 'Relative paths start from',
  directoryNone: 'your home directory',
  chooseDirectory: 'Choose directory…',
  read: 'Read',
  reading: 'Reading…',
  variables: 'Values the text does not have',
  variablesAbout: 'The text uses shell variables that it does not set itself. Nothing is taken from your environment.',
  variable: (name: string) => `$${name}`,
  readWith: 'Read with these',
  useAnyway: 'Go on without them',
  failed: 'Not read',
  result: 'From what was pasted',
  summary: (counts: Readonly<Record<'field' | 'slipway' | 'kept' | 'dropped', number>>) =>
    [
      counts.kept > 0 && `${counts.kept} kept word for word`,
      counts.dropped > 0 && `${counts.dropped} left out`,
      counts.field > 0 && `${counts.field} in fields`,
      counts.slipway > 0 && `${counts.slipway} done by Slipway`,
    ]
      .filter((part) => part !== false)
      .join(' · '),
  fates: { field: 'field', slipway: 'Slipway', kept: 'kept', dropped: 'left out' },
  all: (count: number) => `All ${count} arguments`,
  notes: 'To know before launching',
  argument: 'Argument',
  fate: 'What became of it',
} as const;

export const templateStrings = {
  saveAs: 'Save as template…',
  title: 'Save as template',
  name: 'Name',
  about: 'About',
  aboutPlaceholder: 'What it is for',
  save: 'Save',
  replace: 'Replace',
  saved: (name: string) => `The template “${name}” was saved.`,
  taken: (name: string) => `There is a template “${name}” already.`,
  export: 'Export…',
  delete: 'Delete',
  deleteTitle: (name: string) => `Delete the template “${name}”?`,
  deleteAbout: 'Instances that were made from it stay as they are.',
  deleted: (name: string) => `The template “${name}” was deleted.`,
  import: 'Import template…',
  importTaken: 'There is a template of that name already.',
  imported: (name: string) => `The template “${name}” was imported.`,
  exported: (name: string) => `${name} was saved.`,
} as const;

export const browserStrings = {
  about: 'Files of the computer that runs Slipway. Type a dot to see hidden ones.',
  cancel: 'Cancel',
  chooseThis: 'Choose this directory',
  openDirectory: 'Open directory',
  choose: 'Choose',
  parent: 'Parent directory',
  filter: 'Filter files',
  filterPlaceholder: 'Filter',
  files: 'Files',
  nothing: 'Nothing here.',
} as const;
