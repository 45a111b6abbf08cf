/** The human monitor over QMP. Its answers are text and always arrive; that one is a failure only a person can read. */
import type { QmpExecutor } from '../../qmp/client.ts';
import { humanMonitorCommand, queryChardevs, queryVersion } from '../../qmp/commands.ts';
import type { Completion, CompletionOption } from './completion.ts';
import type { ControlLanguage } from './control-console.ts';
import { powerOfHmp } from './control-powers.ts';
import { parseHmpHelp } from './hmp-help.ts';
import { blockNames, childrenOf, driverNames, traceEvents } from './qemu-names.ts';

/** Saving memory to a disk takes minutes, and nothing else answers meanwhile. */
export const controlMs = 30 * 60_000;

type Source = (qmp: QmpExecutor, typed: string) => Promise<readonly CompletionOption[]>;

const plain = (texts: readonly string[]): readonly CompletionOption[] => texts.map((text) => ({ text }));
const helpOf =
  (topic: string): Source =>
  async (qmp) =>
    parseHmpHelp(await humanMonitorCommand(qmp, topic)).flatMap(({ names, about }) =>
      names.map((text) => ({ text, about })),
    );
const commands = helpOf('help');
const ids: Source = async (qmp) => plain(await childrenOf(qmp, '/machine/peripheral'));
const blocks: Source = async (qmp) => plain(await blockNames(qmp));
const chardevs: Source = async (qmp) => plain((await queryChardevs(qmp)).map(({ label }) => label));
const networks: Source = async (qmp) =>
  plain(
    [...(await humanMonitorCommand(qmp, 'info network')).matchAll(/^(?: \\ )?([\w.-]+):/gm)].map(([, id = '']) => id),
  );
const objects: Source = async (qmp) => plain(await childrenOf(qmp, '/objects'));
const logItems: Source = async (qmp) =>
  [...(await humanMonitorCommand(qmp, 'help log')).matchAll(/^([a-z_0-9]+) +(.*?)\r?$/gm)].map(
    ([, text = '', about = '']) => ({ text, about }),
  );
const paths: Source = async (qmp, typed) => {
  const directory = typed.slice(0, typed.lastIndexOf('/') + 1);
  const found = await childrenOf(qmp, directory === '' ? '/' : directory.replace(/(?<=.)\/$/, ''));
  return found.map((name) => ({ text: `${directory === '' ? '/' : directory}${name}`, end: '' }));
};

/** What the first word after a command names. */
const sources: Readonly<Record<string, Source>> = {
  help: commands,
  '?': commands,
  info: helpOf('help info'),
  device_add: async (qmp) => (await driverNames(qmp, 'device')).map((text) => ({ text, end: '' })),
  object_add: async (qmp) => (await driverNames(qmp, 'user-creatable')).map((text) => ({ text, end: '' })),
  device_del: ids,
  object_del: objects,
  set_link: async (qmp, typed) => [...(await ids(qmp, typed)), ...(await networks(qmp, typed))],
  netdev_del: networks,
  'trace-event': async (qmp) => plain(await traceEvents(qmp)),
  log: logItems,
  'qom-list': paths,
  'qom-get': paths,
  'qom-set': paths,
  watchdog_action: async () => plain(['reset', 'shutdown', 'poweroff', 'pause', 'debug', 'none']),
  ...Object.fromEntries(['chardev-remove', 'chardev-change', 'chardev-send-break'].map((name) => [name, chardevs])),
  ...Object.fromEntries(
    [
      ...['block_resize', 'block_stream', 'block_set_io_throttle', 'eject', 'change', 'commit', 'drive_del'],
      ...['drive_mirror', 'drive_backup', 'qemu-io', 'snapshot_blkdev', 'block_job_cancel', 'nbd_server_add'],
    ].map((name) => [name, blocks]),
  ),
};

/** `cpu N` is remembered here: over QMP every command stands for itself. */
export function hmpLanguage(): ControlLanguage {
  let processor: number | null = null;
  return {
    prompt: '(qemu) ',
    morePrompt: '',
    isUnfinished: () => false,
    powerOf: powerOfHmp,
    event: () => null,
    async greeting(qmp) {
      const { major, minor, micro } = await queryVersion(qmp);
      return `QEMU ${major}.${minor}.${micro} monitor - type 'help' for more information`;
    },
    async run(text, qmp) {
      const said = await humanMonitorCommand(qmp, text, { timeoutMs: controlMs, processor });
      const chosen = /^\s*cpu\s+(\d+)\s*$/.exec(text)?.[1];
      if (chosen !== undefined && said.trim() === '') processor = Number(chosen);
      return said;
    },
    async complete(before, qmp): Promise<Completion> {
      const start = before.search(/\S*$/);
      const words = before.slice(0, start).trim().split(/\s+/);
      const typed = before.slice(start);
      if (words[0] === '') return { start, options: await commands(qmp, typed) };
      const source = words.length === 1 ? sources[words[0] ?? ''] : undefined;
      return { start, options: source === undefined ? [] : await source(qmp, typed) };
    },
  };
}
