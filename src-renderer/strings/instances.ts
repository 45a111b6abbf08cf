/** The list of instances, the header, and the dialogs about them. */
import type { StateGroup } from '../state/list-rows.ts';

const instances = (count: number): string => (count === 1 ? '1 instance' : `${count} instances`);

export const instanceStrings = {
  sidebar: 'Sidebar',
  list: 'Instances',
  newInstance: 'New instance',
  shortcuts: 'Keyboard shortcuts',
  none: 'No instances yet.',
  undo: 'Undo',
  saved: 'Saved',
  saving: 'Saving…',
  name: 'Name',
  group: 'Group',
  notes: 'Notes',
  tags: { ffx: 'ffx' },
  ffx: 'Started by "ffx emu": Slipway shows it, opens its consoles and stops it; nothing of it is changed.',
  count: instances,
  resets: (count: number) => `${count} resets`,

  search: {
    label: 'Search instances',
    placeholder: 'Search',
    nothing: (text: string) => `Nothing matches “${text}”.`,
    clear: 'Clear the search',
    filter: 'Filter',
    filters: (count: number) => (count === 0 ? 'Filter' : `Filter, ${count} on`),
    state: 'State',
    kind: 'Kind',
    architecture: 'Architecture',
  },

  order: {
    label: 'Sort and group',
    sort: 'Sort by',
    sorts: { name: 'Name', state: 'State', started: 'Last started', size: 'Size on disk' },
    grouping: 'Group by',
    groupings: { group: 'Group', state: 'State', kind: 'Kind', none: 'Nothing' },
    foldAll: 'Fold all groups',
    unfoldAll: 'Unfold all groups',
  },

  heading: {
    ungrouped: 'No group',
    states: {
      panicked: 'Panicked',
      failed: 'Failed',
      starting: 'Starting and stopping',
      paused: 'Paused',
      running: 'Running',
      elsewhere: 'Elsewhere',
      stopped: 'Stopped',
    } satisfies Record<StateGroup, string>,
    /** Read after the number of instances. */
    more: (count: number, collapsed: boolean) =>
      `${count === 1 ? 'instance' : 'instances'}, ${collapsed ? 'folded' : 'unfolded'}`,
  },

  chosen: {
    bar: 'Chosen instances',
    count: (count: number) => `${count} chosen`,
    clear: 'Choose none',
    start: 'Start',
    stop: 'Stop',
    delete: 'Delete',
    group: 'Group…',
    /** What is possible for some of them only says for how many. */
    some: (verb: string, possible: number, all: number) => (possible === all ? verb : `${verb} ${possible}`),
    of: (verb: string, possible: number, all: number) =>
      possible === all ? `${verb} ${instances(all)}` : `${verb} ${possible} of ${instances(all)}`,
  },

  bulk: {
    failed: (title: string, failed: readonly { readonly name: string; readonly reason: string }[]) =>
      `${title} ${failed.map(({ name, reason }) => `${name}: ${reason}`).join(' ')}`,
    notStarted: (count: number) => `${instances(count)} could not be started.`,
    notStopped: (count: number) => `${instances(count)} could not be stopped.`,
    notGrouped: (count: number) => `${instances(count)} could not be filed.`,
    notDeleted: (count: number) => `${instances(count)} could not be deleted.`,
    notRestored: (count: number) => `${instances(count)} could not be brought back.`,
    trashed: (count: number, first: string) =>
      count === 1 ? `“${first}” was moved to the trash.` : `${instances(count)} were moved to the trash.`,
  },

  actions: {
    menu: (name: string) => `Actions on ${name}`,
    launch: 'Launch',
    stop: 'Stop',
    forceStop: 'Force stop',
    /** Of a launch that is still staging: nothing runs yet that could be stopped. */
    cancel: 'Cancel',
    restart: 'Restart',
    restartAbout: 'Stop, stage what changed, launch',
    reset: 'Reset',
    resetAbout: 'system_reset: same process, same images',
    pause: 'Pause',
    resume: 'Resume',
    rename: 'Rename',
    duplicate: 'Duplicate…',
    group: 'Group…',
    notes: 'Notes',
    edit: 'Edit',
    template: 'Save as template…',
    window: 'Open console in a window',
    script: 'Save as script…',
    screenshot: 'Screenshot',
    screenshotAbout: 'A picture of the display, as PNG',
    copySsh: 'Copy ssh line',
    copyId: 'Copy id',
    sshCopied: 'The ssh line was copied.',
    idCopied: 'The id was copied.',
    noSsh: 'No ssh port of this instance is mapped now.',
    delete: 'Delete',
  },

  header: {
    toolbar: 'Instance',
    state: 'State',
    up: 'up',
    started: (when: string) => `Started ${when}`,
    stopping: 'Asking the guest to power off. Force stop does not wait for it.',
    renameHint: 'Rename (F2)',
  },

  rename: {
    label: (name: string) => `New name of ${name}`,
  },

  duplicate: {
    title: (name: string) => `Duplicate “${name}”`,
    about: 'The same configuration under another name. Its images are staged anew when it is launched.',
    verb: 'Duplicate',
    sharedDisk: (file: string) => `Both will write to ${file} itself, because access to it is direct.`,
    sharedDiskHint: 'Do not run both at once, or choose another access for one of them.',
    sharedPort: (name: string, port: number) => `Both will want port ${port} of this computer for ${name}.`,
    sharedPortHint: 'While both run only the first has it.',
  },

  grouping: {
    title: (count: number, name: string) => (count === 1 ? `Group of “${name}”` : `Group of ${instances(count)}`),
    hint: 'The heading it is listed under. Empty: none.',
    verb: 'File',
  },

  deletion: {
    title: (name: string) => `Delete “${name}”`,
    titleMany: (count: number) => `Delete ${instances(count)}`,
    trash: 'It goes to the trash and can be brought back.',
    trashMany: 'They go to the trash and can be brought back together.',
    adding: 'Adding up what is there…',
    sum: (files: number, size: string) => `${files === 1 ? '1 file' : `${files} files`}, ${size}, in`,
    sumOf: (files: number, size: string) => `${files === 1 ? '1 file' : `${files} files`}, ${size}`,
    total: (files: number, size: string) => `${files} files, ${size} in all.`,
    files: 'Files on disk',
    what: 'What',
    file: 'File',
    size: 'Size',
    notPossible: (names: readonly string[]) =>
      `Not deleted: ${names.join(', ')}. What runs is stopped first; what ffx started is ffx's.`,
  },

  empty: {
    title: 'Boot something',
    about:
      'The demo guest needs nothing but QEMU: it boots in under a second, logs to the serial line and then gives you a shell.',
    noQemu: 'No QEMU was found on this host.',
    demo: 'Boot the demo guest',
    file: 'Boot a file…',
    fileAbout: 'A kernel, a disk or ISO, firmware, a Fuchsia bundle. Or drop it on this window.',
    paste: 'Paste a command…',
    pasteAbout: 'A qemu-system-… line or the script you boot with now.',
    more: 'Other guests',
  },

  host: {
    looking: 'Looking at this host…',
    noQemu: 'No QEMU found',
    qemu: (version: string, accelerator: string) =>
      ['QEMU', version, accelerator && `· ${accelerator}`].filter(Boolean).join(' '),
  },

  failure: {
    label: 'Failure',
    fix: 'Fix',
    raw: 'Raw text',
    lastLines: 'Last lines',
  },

  views: 'Instance views',
  tabs: {
    console: 'Console',
    timeline: 'Timeline',
    ports: 'Ports',
    command: 'Command',
    details: 'Details',
    show: 'Show',
  },

  filed: {
    title: 'Group and notes',
    notesHint: 'What you want to remember of it. Kept as you type.',
    notSaved: (reason: string) => `Not saved: ${reason}`,
  },
} as const;
