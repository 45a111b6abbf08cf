/**
 * Before anything that a file from elsewhere names is run or opened: what it could do beyond the guest is shown, and a
 * person says yes. Once, as long as it stays the same.
 */
import { SlipwayError } from '../../src-shared/contract/errors.ts';
import type { DraftInput } from '../../src-shared/model/spec.ts';
import { visibleText } from '../core/service/visible-text.ts';
import { isAskable, isConfirmed } from './confirm.ts';
import type { CommandContext } from './context.ts';

/** Throws `not_permitted` where nobody can be asked, `cancelled` for a no. */
export async function confirmReceived(
  draft: DraftInput,
  { yes, from }: { readonly yes: boolean; readonly from: string },
  { client, output, signal }: CommandContext,
): Promise<void> {
  const powers = (await client.call('power.received', draft)).filter(({ confirmed }) => !confirmed);
  if (powers.length === 0) return;
  const list = powers.map(({ title, detail }) => `  ${title}\n${visibleText(detail).replace(/^/gm, '      ')}`);
  output.note(`${from} asks for more than a guest:\n${list.join('\n')}`);
  if (!yes) await ask(list.join('\n'), signal);
  await client.call('power.confirm', draft);
}

async function ask(list: string, signal: AbortSignal): Promise<void> {
  if (!isAskable()) {
    throw new SlipwayError('not_permitted', 'This needs your word, and there is no terminal to ask on.', {
      cause: list.trim(),
      hint: 'If this is what you want, say the same again with --yes.',
    });
  }
  if (!(await isConfirmed('Allow all of this? ', signal)))
    throw new SlipwayError('cancelled', 'Not confirmed: nothing was made.');
}
