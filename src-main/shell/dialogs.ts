/**
 * What only a window can do for the core: let a person choose a file, open a link, confirm something powerful. Drawn by
 * the system, so that no page can imitate or answer them.
 */
import { dirname } from 'node:path';
import { type BrowserWindow, dialog, type MessageBoxOptions, shell } from 'electron';
import { type Failure, SlipwayError } from '../../src-shared/contract/errors.ts';
import type { FaceAbilities } from '../core/service/client.ts';
import { decideLink } from './links.ts';
import { shellStrings } from './strings.ts';
import { bringToFront } from './window.ts';
import type { WindowState } from './window-state.ts';
import type { Windows } from './windows.ts';

type Abilities = Required<FaceAbilities>;

/**
 * `window`: the one that asks, and is asked on. Null while it is not there yet: another process can ask for focus as
 * soon as the home is ours.
 */
export function createAbilities(
  window: () => BrowserWindow | null,
  slot: { readonly windows: Windows | null },
  state: WindowState,
): Abilities {
  const confirm: Abilities['confirm'] = async ({ title, detail, action }) => {
    const options: MessageBoxOptions = {
      type: 'warning',
      message: title,
      detail,
      buttons: [action, shellStrings.cancel],
      defaultId: 1,
      cancelId: 1,
      noLink: true,
    };
    const parent = window();
    // Nobody can have seen a question that has no window.
    if (parent === null || parent.isDestroyed()) return false;
    return (await dialog.showMessageBox(parent, options)).response === 0;
  };
  const choose: Abilities['choose'] = async ({ title, detail, action }) => {
    const { once, instance, always } = shellStrings.power;
    const answers = ['no', 'once', 'instance', 'always'] as const;
    const options: MessageBoxOptions = {
      type: 'warning',
      message: title,
      detail,
      buttons: [shellStrings.cancel, once(action), instance(action), always(action)],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    };
    const parent = window();
    if (parent === null || parent.isDestroyed()) return 'no';
    return answers[(await dialog.showMessageBox(parent, options)).response] ?? 'no';
  };
  return {
    confirm,
    choose,
    async pickFile({ title, kind }) {
      const parent = window();
      if (parent === null || parent.isDestroyed()) return null;
      const { fileDirectory } = state.current;
      const { canceled, filePaths } = await dialog.showOpenDialog(parent, {
        title,
        properties: [kind === 'directory' ? 'openDirectory' : 'openFile', 'showHiddenFiles'],
        ...(fileDirectory === null ? {} : { defaultPath: fileDirectory }),
      });
      const [path] = filePaths;
      if (canceled || path === undefined) return null;
      state.remember({ fileDirectory: dirname(path) });
      return path;
    },
    async openLink(text) {
      const link = decideLink(text);
      if (link.kind === 'refuse') {
        throw new SlipwayError('not_permitted', shellStrings.links.refused, { cause: link.reason, raw: text });
      }
      if (link.kind === 'ask') {
        const question = {
          title: shellStrings.links.ask(link.host),
          detail: link.url,
          action: shellStrings.links.open,
        };
        if (!(await confirm(question))) throw new SlipwayError('cancelled', shellStrings.links.notOpened);
      }
      await shell.openExternal(link.url);
    },
    focus() {
      const target = window();
      if (target !== null && !target.isDestroyed()) bringToFront(target);
    },
    async detach(target) {
      await slot.windows?.detach(target);
    },
  };
}

/** A failure as a person reads it: the sentence, why, what to do, and the machine's own words last. */
export function failureText({ cause, hint, raw }: Failure): string {
  return [cause, hint, raw].filter((part) => part !== undefined && part !== '').join('\n\n');
}

/** Nobody may be there to close it (a display without a person): it goes by itself. */
const unseenMs = 5 * 60_000;

/**
 * Tells of a failure that ends the application. Not `showErrorBox`: that one stops the whole process until someone
 * answers, signals included.
 */
export async function showFatalFailure(failure: Failure, attended: boolean): Promise<void> {
  process.stderr.write(`slipway: ${failure.message}\n${failureText(failure)}\n`);
  if (!attended) return;
  const answeredFor = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => answeredFor.abort());
  await dialog.showMessageBox({
    type: 'error',
    title: shellStrings.name,
    message: failure.message,
    detail: failureText(failure),
    buttons: [shellStrings.quit],
    signal: AbortSignal.any([answeredFor.signal, AbortSignal.timeout(unseenMs)]),
  });
}
