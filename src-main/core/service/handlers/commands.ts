/** Command lines as text, and templates. Reading and writing them is elsewhere; here files get their tokens. */
import { access } from 'node:fs/promises';
import { availableParallelism, homedir, machine } from 'node:os';
import type { commandCalls } from '../../../../src-shared/contract/calls/commands.ts';
import { idFromName } from '../../../../src-shared/model/ids.ts';
import { importJob } from '../../engines/qemu/command-import/import-command.ts';
import { doHeavy } from '../../kit/heavy-work.ts';
import { draftOfRequest, filesOf, requestOfDraft } from '../draft.ts';
import { exportScript } from '../export-script.ts';
import { confirmNamedFiles } from '../grant-named-files.ts';
import { confirmReceived, receivedPowers } from '../received-power.ts';
import { readTemplate, TemplateStore, writeTemplate } from '../template-store.ts';
import type { HandlerServices, HandlersOf } from './services.ts';

/** Up to here a text is read in milliseconds. */
const quickLength = 4096;

export function commandHandlers(services: HandlerServices): HandlersOf<typeof commandCalls> {
  const templates = new TemplateStore(services.paths.templates);
  return {
    'command.import': async ({ text, directory, variables }, session) => {
      const home = homedir();
      const start = directory === null ? home : session.tokens.resolve(directory);
      const host = { directory: start, home, processors: availableParallelism(), machine: machine() };
      const imported = await doHeavy(importJob, { text, host, variables }, text.length < quickLength);
      const { request, binary, unknownVariables } = imported;
      const files = [...filesOf(request).values()];
      await confirmNamedFiles(files, 'The command names these files.', session);
      const missing = await missingOf(files);
      return {
        draft: draftOfRequest(request, session.tokens),
        binary,
        arguments: imported.arguments.map((argument) => ({ ...argument, args: [...argument.args] })),
        notes: [...missing.map((path) => `${path} is not there.`), ...imported.notes],
        unknownVariables: [...unknownVariables],
      };
    },
    'command.export': async (draft, session) =>
      exportScript(services, requestOfDraft(draft, session.tokens), session.identity),
    'power.received': (draft, session) => receivedPowers(requestOfDraft(draft, session.tokens), services.powers),
    'power.confirm': async (draft, session) => {
      await confirmReceived(requestOfDraft(draft, session.tokens), services.powers);
      return {};
    },
    'template.list': () => templates.list(),
    'template.save': async ({ name, about, draft, replace }, session) => {
      const request = requestOfDraft(draft, session.tokens);
      const saved = await templates.save({ name, about, request }, new Date(), replace);
      // Made here by the person; what comes as a file is confirmed when it is used.
      if (session.identity.trust === 'user') await confirmReceived(request, services.powers);
      return saved;
    },
    'template.draft': async ({ name }, session) => draftOfRequest((await templates.read(name)).request, session.tokens),
    'template.delete': async ({ name }) => {
      await templates.delete(name);
      return {};
    },
    'template.export': async ({ name }) => ({
      text: writeTemplate(await templates.read(name)),
      fileName: `${idFromName(name)}.slipway.json`,
    }),
    'template.import': async ({ text, replace }, session) => {
      const { name, about, request } = readTemplate(text);
      await confirmNamedFiles(filesOf(request).values(), `The template "${name}" names these files.`, session);
      return templates.save({ name, about, request }, new Date(), replace);
    },
  };
}

async function missingOf(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map((path) =>
      access(path).then(
        () => null,
        () => path,
      ),
    ),
  );
  return [...new Set(found.filter((path) => path !== null))];
}
