/**
 * Everything that can be done with one instance, as a table: the context menu, the header's menu and the keys of the list
 * are all read from it. To add an action, add a row.
 */
import {
  AppWindow,
  Bug,
  Camera,
  Copy,
  FileCode,
  FolderInput,
  Hash,
  LayoutTemplate,
  type LucideIcon,
  Pause,
  Pencil,
  Play,
  Power,
  RefreshCw,
  RotateCcw,
  StickyNote,
  TerminalSquare,
  TextCursorInput,
  Trash2,
} from 'lucide-react';
import { toFailure } from '../../../src-shared/contract/errors.ts';
import type { Action } from '../../../src-shared/lifecycle.ts';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { unawaited } from '../../api/unawaited.ts';
import type { Application } from '../../state/application.ts';
import { actionsOf } from '../../state/instances.ts';
import { instanceStrings } from '../../strings/instances.ts';
import { supportStrings } from '../../strings/support.ts';
import { copyText } from '../../ui/clipboard.ts';
import { saveScript } from '../command/save-script.ts';
import { detachConsole } from '../console/detach.ts';
import { saveSupportBundle } from '../support/save-support-bundle.ts';

const strings = instanceStrings.actions;

export interface RowAction {
  readonly id: string;
  readonly icon: LucideIcon;
  /** A line is drawn between sections. */
  readonly section: 'power' | 'file' | 'reach' | 'delete';
  readonly keys?: string;
  readonly danger?: boolean;
  label(view: InstanceView): string;
  /** Left out: always. What can never be done to this instance is not shown at all. */
  isShown?(view: InstanceView): boolean;
  isPossible?(view: InstanceView): boolean;
  /** `where`: what has been pressed, so that a name is changed in front of the person's eyes. */
  run(application: Application, view: InstanceView, where: 'list' | 'header'): void;
}

const isOurs = ({ origin }: InstanceView): boolean => origin === 'slipway';
const runs = ({ status }: InstanceView): boolean => status.phase === 'running';

const allows =
  (action: Action) =>
  (view: InstanceView): boolean =>
    actionsOf(view).has(action);

const act =
  (action: Exclude<Action, 'delete'>): RowAction['run'] =>
  (application, { id }) =>
    unawaited(application.act(id, action));

async function copySshLine(application: Application, { id }: InstanceView): Promise<void> {
  try {
    const { sshLine } = await application.call('instance.show', { id });
    if (sshLine !== null) await copyText(sshLine);
    const text = sshLine === null ? strings.noSsh : strings.sshCopied;
    application.notify({ tone: 'plain', text, failure: null, action: null });
  } catch (error) {
    application.notifyFailure(toFailure(error));
  }
}

async function exportScript(application: Application, { id }: InstanceView): Promise<void> {
  try {
    await saveScript(application, await application.call('instance.draft', { id }));
  } catch (error) {
    application.notifyFailure(toFailure(error));
  }
}

export const rowActions: readonly RowAction[] = [
  {
    id: 'launch',
    icon: Play,
    section: 'power',
    keys: 'Ctrl+Shift+L',
    label: () => strings.launch,
    isShown: (view) => isOurs(view) && !runs(view),
    isPossible: allows('launch'),
    run: act('launch'),
  },
  {
    id: 'stop',
    icon: Power,
    section: 'power',
    keys: 'Ctrl+Shift+S',
    label: ({ status }) => (status.phase === 'stopping' ? strings.forceStop : strings.stop),
    isPossible: allows('stop'),
    run: act('stop'),
  },
  {
    id: 'restart',
    icon: RefreshCw,
    section: 'power',
    label: () => strings.restart,
    isShown: (view) => isOurs(view) && runs(view),
    isPossible: allows('restart'),
    run: act('restart'),
  },
  {
    id: 'reset',
    icon: RotateCcw,
    section: 'power',
    label: () => strings.reset,
    isShown: (view) => isOurs(view) && runs(view),
    isPossible: allows('reset'),
    run: act('reset'),
  },
  {
    id: 'pause',
    icon: Pause,
    section: 'power',
    label: () => strings.pause,
    isShown: (view) => isOurs(view) && runs(view) && view.status.paused === null,
    isPossible: allows('pause'),
    run: act('pause'),
  },
  {
    id: 'resume',
    icon: Play,
    section: 'power',
    label: () => strings.resume,
    isShown: (view) => isOurs(view) && runs(view) && view.status.paused !== null,
    isPossible: allows('resume'),
    run: act('resume'),
  },
  {
    id: 'rename',
    icon: TextCursorInput,
    section: 'file',
    keys: 'F2',
    label: () => strings.rename,
    isShown: isOurs,
    run: (application, { id }, where) => application.stores.list.setState({ renaming: { id, where } }),
  },
  {
    id: 'group',
    icon: FolderInput,
    section: 'file',
    label: () => strings.group,
    isShown: isOurs,
    run: (application, { id }) => application.openDialog({ kind: 'group', ids: [id] }),
  },
  {
    id: 'notes',
    icon: StickyNote,
    section: 'file',
    label: () => strings.notes,
    isShown: isOurs,
    run: (application, { id }) => {
      application.select(id);
      application.showTab('details');
      application.stores.list.setState({ notesWanted: id });
    },
  },
  {
    id: 'edit',
    icon: Pencil,
    section: 'file',
    label: () => strings.edit,
    isShown: isOurs,
    isPossible: allows('launch'),
    run: (application, { id }) => application.openDialog({ kind: 'edit', id }),
  },
  {
    id: 'duplicate',
    icon: Copy,
    section: 'file',
    label: () => strings.duplicate,
    isShown: isOurs,
    run: (application, { id }) => application.openDialog({ kind: 'duplicate', id }),
  },
  {
    id: 'template',
    icon: LayoutTemplate,
    section: 'file',
    label: () => strings.template,
    run: (application, { id }) => application.openDialog({ kind: 'saveTemplate', id }),
  },
  {
    id: 'window',
    icon: AppWindow,
    section: 'reach',
    keys: 'Ctrl+Shift+X',
    label: () => strings.window,
    run: (application, { id }) => detachConsole(application, id, { kind: 'console', console: 'serial', boot: null }),
  },
  {
    id: 'script',
    icon: FileCode,
    section: 'reach',
    label: () => strings.script,
    run: (application, view) => unawaited(exportScript(application, view)),
  },
  {
    id: 'screenshot',
    icon: Camera,
    section: 'reach',
    label: () => strings.screenshot,
    isShown: isOurs,
    isPossible: runs,
    run: (application, { id }) => application.openDialog({ kind: 'screenshot', id }),
  },
  {
    id: 'copySsh',
    icon: TerminalSquare,
    section: 'reach',
    label: () => strings.copySsh,
    isShown: ({ ports }) => ports.some(({ name }) => name === 'ssh'),
    isPossible: ({ ports }) => ports.some(({ name, state }) => name === 'ssh' && /^(mapped|answering)$/.test(state)),
    run: (application, view) => unawaited(copySshLine(application, view)),
  },
  {
    id: 'copyId',
    icon: Hash,
    section: 'reach',
    label: () => strings.copyId,
    run: (application, { id }) =>
      unawaited(
        copyText(id).then(() =>
          application.notify({ tone: 'plain', text: strings.idCopied, failure: null, action: null }),
        ),
      ),
  },
  {
    id: 'support',
    icon: Bug,
    section: 'reach',
    label: () => supportStrings.action,
    run: (application, { id }) => unawaited(saveSupportBundle(application, id)),
  },
  {
    id: 'delete',
    icon: Trash2,
    section: 'delete',
    keys: 'Delete',
    danger: true,
    label: () => strings.delete,
    isShown: isOurs,
    isPossible: allows('delete'),
    run: (application, { id }) => application.openDialog({ kind: 'delete', id }),
  },
];

export const isShown = (action: RowAction, view: InstanceView): boolean => action.isShown?.(view) ?? true;
export const isPossible = (action: RowAction, view: InstanceView): boolean =>
  isShown(action, view) && (action.isPossible?.(view) ?? true);
