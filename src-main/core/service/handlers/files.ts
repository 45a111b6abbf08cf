/** Files and links, as far as this client's face allows them. */
import type { fileCalls } from '../../../../src-shared/contract/calls/files.ts';
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import { browse } from '../browse.ts';
import type { HandlersOf } from './services.ts';

export function fileHandlers(): HandlersOf<typeof fileCalls> {
  return {
    'files.browse': async ({ directory }, session) => {
      // A native dialog shows a person what a page asks for; past it a page could name any file by itself.
      if (session.identity.abilities.pickFile !== undefined)
        throw new SlipwayError('not_permitted', 'Files are chosen in a native dialog here.');
      return browse(directory, session.tokens);
    },
    'files.grant': async ({ path }, session) => session.tokens.grant(path),
    'files.pick': async (request, session) => {
      const pick = session.identity.abilities.pickFile;
      if (pick === undefined)
        throw new SlipwayError('not_permitted', 'This face has no native file dialog.', {
          hint: 'Use the file browser.',
        });
      const path = await pick(request);
      return { file: path === null ? null : session.tokens.grant(path) };
    },
    'link.open': async ({ url }, session) => {
      const openLink = session.identity.abilities.openLink;
      if (openLink === undefined) throw new SlipwayError('not_permitted', 'Links are opened by the browser here.');
      await openLink(url);
      return {};
    },
  };
}
