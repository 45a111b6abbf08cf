/** QMP as people type it, over Slipway's own connection: replies that can be read, events as they come. */
import * as z from 'zod';
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import type { QmpExecutor } from '../../qmp/client.ts';
import { queryVersion } from '../../qmp/commands.ts';
import type { Completion } from './completion.ts';
import type { ControlLanguage } from './control-console.ts';
import { powerOfQmp } from './control-powers.ts';
import { controlMs } from './hmp-language.ts';
import { driverNames } from './qemu-names.ts';
import { isUnfinishedQmp, parseQmpLine } from './qmp-line.ts';

const schema = z.array(
  z.looseObject({
    name: z.string(),
    'meta-type': z.string(),
    'arg-type': z.string().optional(),
    members: z.array(z.looseObject({ name: z.string().optional(), type: z.string().optional() })).optional(),
  }),
);
type Schema = z.infer<typeof schema>;

export function qmpLanguage(): ControlLanguage {
  let asked: Promise<Schema> | null = null;
  /** Asked for once: it is some 200 KB, and of the program, not of the guest. */
  const schemaOf = (qmp: QmpExecutor): Promise<Schema> => {
    asked ??= qmp.execute('query-qmp-schema').then((value) => schema.parse(value));
    asked.catch(() => {
      asked = null;
    });
    return asked;
  };
  return {
    prompt: 'qmp> ',
    morePrompt: '...> ',
    isUnfinished: isUnfinishedQmp,
    powerOf(text) {
      const line = parseQmpLine(text);
      return line.kind === 'wrong' ? null : powerOfQmp(line.command, line.args);
    },
    event: ({ event, data, timestamp }) => {
      const at = timestamp === null ? {} : { timestamp: timestamp / 1000 };
      return JSON.stringify({ event, ...(Object.keys(data).length === 0 ? {} : { data }), ...at });
    },
    async greeting(qmp) {
      const { major, minor, micro } = await queryVersion(qmp);
      return `QEMU ${major}.${minor}.${micro} QMP: {"execute": "query-status"}, or query-status; command key=value …; Tab completes`;
    },
    async run(text, qmp) {
      const line = parseQmpLine(text);
      if (line.kind === 'wrong') throw new SlipwayError('invalid_input', line.reason);
      const { command, args, id } = line;
      // Slipway has said that already, and a second time QEMU refuses it.
      if (command === 'qmp_capabilities') return show({ return: {} }, id);
      try {
        return show({ return: await qmp.execute(command, args, { timeoutMs: controlMs }) }, id);
      } catch (error) {
        if (!(error instanceof SlipwayError) || error.code !== 'qmp_error') throw error;
        return show({ error: { class: error.failure.cause, desc: error.failure.raw } }, id);
      }
    },
    complete: async (before, qmp) => completionOf(before, await schemaOf(qmp), qmp),
  };
}

function show(reply: object, id: unknown): string {
  return JSON.stringify(id === undefined ? reply : { ...reply, id }, null, 2);
}

/** Commands; after one its arguments that are not there yet; and drivers, which the schema does not know. */
async function completionOf(before: string, entities: Schema, qmp: QmpExecutor): Promise<Completion> {
  const json = /"(?:execute|exec-oob)"\s*:\s*"([\w-]*)$/.exec(before);
  const commands = entities.filter((one) => one['meta-type'] === 'command');
  if (json !== null || !/\s/.test(before.trimStart())) {
    const start = before.length - (json?.[1]?.length ?? before.trimStart().length);
    const end = json === null ? ' ' : '"';
    return { start, options: commands.map(({ name }) => ({ text: name, end })).sort(byText) };
  }
  const start = before.search(/\S*$/);
  const [command = '', ...given] = before.trim().split(/\s+/);
  const value = /^(driver|qom-type)=/.exec(before.slice(start));
  if (value !== null) {
    const names = await driverNames(qmp, value[1] === 'driver' ? 'device' : 'user-creatable');
    return { start: start + value[0].length, options: names.map((text) => ({ text })) };
  }
  const wanted = commands.find(({ name }) => name === command)?.['arg-type'];
  const members = entities.find(({ name }) => name === wanted)?.members ?? [];
  const names = members.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const left = names.filter((name) => !given.some((word) => word.startsWith(`${name}=`)));
  return { start, options: left.map((name) => ({ text: `${name}=`, end: '' })).sort(byText) };
}

function byText(one: { readonly text: string }, other: { readonly text: string }): number {
  return one.text < other.text ? -1 : 1;
}
