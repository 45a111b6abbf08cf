/**
 * Files that a text names, not a person: a command line that was pasted, a template that came as a file. Where a page
 * can be told apart from its person, the person is shown the list first; else the text could choose files for itself.
 */
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { SessionContext } from './client.ts';
import { visibleLine } from './visible-text.ts';

const shownFiles = 20;

/** @throws SlipwayError `cancelled` when the person says no. Grants nothing itself. */
export async function confirmNamedFiles(
  paths: Iterable<string>,
  title: string,
  { identity, tokens }: Pick<SessionContext, 'identity' | 'tokens'>,
): Promise<void> {
  if (identity.trust === 'user' || identity.allowPower) return;
  // Without a native dialog a page has the file browser, which gives it any file anyway.
  if (identity.abilities.confirm === undefined) return;
  const asked = [...new Set(paths)].filter((path) => !tokens.knows(path));
  if (asked.length === 0) return;
  const more = asked.length - shownFiles;
  const detail = [...asked.slice(0, shownFiles).map(visibleLine), ...(more > 0 ? [`… and ${more} more`] : [])].join(
    '\n',
  );
  if (!(await identity.abilities.confirm({ title: visibleLine(title), detail, action: 'Use these files' })))
    throw new SlipwayError('cancelled', 'The files it names were not confirmed.');
}
