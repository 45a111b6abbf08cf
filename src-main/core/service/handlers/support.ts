/** Gathers what a support bundle holds; what is taken out of it is `diagnosis/support-bundle`'s business. */
import { homedir, hostname, release, userInfo } from 'node:os';
import { basename } from 'node:path';
import type { supportCalls } from '../../../../src-shared/contract/calls/support.ts';
import { toFailure } from '../../../../src-shared/contract/errors.ts';
import { reportAsText } from '../../../../src-shared/model/host-report.ts';
import type { InstanceDetails } from '../../../../src-shared/model/instance.ts';
import { examineHost } from '../../diagnosis/host-report/examine-host.ts';
import {
  type BundlePart,
  makeSupportBundle,
  type SupportBundle,
} from '../../diagnosis/support-bundle/support-bundle.ts';
import type { ManagedInstance } from '../../instances/managed-instance.ts';
import { version } from '../../kit/version.ts';
import { readRange } from '../read-range.ts';
import type { HandlerServices, HandlersOf } from './services.ts';

/** Of each transcript, its end. Text shrinks to a tenth in the archive; what does not is cut further. */
const tailBytes = 1024 * 1024;
/** A session's messages have a limit, and base64 takes a third more. */
const zipBytes = 2 * 1024 * 1024;
const boots = 3;

export function supportHandlers(services: HandlerServices): HandlersOf<typeof supportCalls> {
  return {
    'support.bundle': async ({ id, serial }) => {
      const at = new Date();
      const { zip, files } = await gather(services, { id, serial, at }, tailBytes);
      const stamp = at.toISOString().slice(0, 19).replaceAll(':', '');
      return {
        fileName: `slipway-support-${id ?? 'host'}-${stamp}.zip`,
        base64: Buffer.from(zip).toString('base64'),
        files: [...files],
      };
    },
  };
}

async function gather(
  services: HandlerServices,
  wanted: { readonly id: string | null; readonly serial: boolean; readonly at: Date },
  bytesPerTail: number,
): Promise<SupportBundle> {
  const { id, serial, at } = wanted;
  const parts = [
    ...(await hostParts(services, at)),
    ...(id === null ? [] : await instanceParts(services.manager.get(id), serial, bytesPerTail)),
  ];
  const bundle = await makeSupportBundle(parts, surroundings(), at);
  if (bundle.zip.length <= zipBytes || bytesPerTail < 1024) return bundle;
  return gather(services, wanted, Math.floor(bytesPerTail / 4));
}

function surroundings() {
  const homeDirectory = homedir();
  try {
    return { homeDirectory, hostName: hostname(), userName: userInfo().username };
  } catch {
    // A user without an entry in the password file; the directory is called after them.
    return { homeDirectory, hostName: hostname(), userName: basename(homeDirectory) };
  }
}

async function hostParts(services: HandlerServices, at: Date): Promise<BundlePart[]> {
  const { manager, paths, settings } = services;
  const [report, log] = await Promise.all([
    examineHost({ ...services, again: false, now: at }).then(reportAsText, textOfError),
    endOf(paths.log, 256 * 1024),
  ]);
  const versions = { slipway: version, node: process.versions.node, electron: process.versions.electron ?? null };
  const system = { platform: process.platform, release: release(), architecture: process.arch };
  return [
    { name: 'host/report.txt', about: 'The doctor’s report on this computer', text: report },
    { name: 'host/versions.json', about: 'Versions', text: json({ ...versions, ...system, owner: services.kind }) },
    { name: 'host/settings.json', about: 'Slipway’s settings', text: json(settings.current) },
    { name: 'host/instances.json', about: 'Every instance and its state', text: json(manager.list()) },
    { name: 'host/slipway.log', about: 'Slipway’s own log, its end', text: log },
  ];
}

async function instanceParts(instance: ManagedInstance, serial: boolean, bytesPerTail: number): Promise<BundlePart[]> {
  const details = await instance.describe();
  const kept = (await instance.boots()).slice(0, boots);
  const perBoot = await Promise.all(
    kept.map(async ({ number }) => [
      ...(await log(instance, 'engine', number, bytesPerTail)),
      ...(serial ? await log(instance, 'serial', number, bytesPerTail) : []),
    ]),
  );
  return [...detailParts(details), ...perBoot.flat()];
}

function detailParts({
  view,
  spec,
  command,
  timeline,
  findings,
  boots,
  endpoints,
  directory,
}: InstanceDetails): BundlePart[] {
  const planned = command?.arguments.map(({ args, field }) => `${args.join(' ')}   # ${field}`) ?? [];
  return [
    { name: 'instance/state.json', about: 'State, conditions, failure, ports', text: json(view) },
    { name: 'instance/spec.json', about: 'What was asked for', text: json(spec) },
    {
      name: 'instance/command.txt',
      about: 'The command line, and the field behind each argument',
      text: command === null ? 'Never launched.\n' : `${command.shellLine}\n\n${planned.join('\n')}\n`,
    },
    { name: 'instance/timeline.json', about: 'The steps of the last launch', text: json(timeline) },
    { name: 'instance/findings.json', about: 'What was said before the launch', text: json(findings) },
    { name: 'instance/boots.json', about: 'Boots that are kept', text: json({ directory, boots, endpoints }) },
  ];
}

async function log(
  instance: ManagedInstance,
  file: 'engine' | 'serial',
  boot: number,
  bytes: number,
): Promise<BundlePart[]> {
  const text = await endOf(instance.logPath(file, boot), bytes);
  if (text === '') return [];
  const about = file === 'engine' ? 'What QEMU itself said' : 'What the guest printed';
  return [{ name: `instance/boot-${boot}/${file}.txt`, about: `${about} in boot ${boot}, its end`, text }];
}

async function endOf(path: string, bytes: number): Promise<string> {
  const range = await readRange(path, -bytes, bytes).catch(textOfError);
  if (typeof range === 'string') return range;
  const { base64, offset } = range;
  const text = Buffer.from(base64, 'base64').toString('utf8');
  return offset === 0 ? text : `(${offset} bytes before this are left out)\n${text}`;
}

/** Notes are what a person wrote for themselves. */
function json(value: unknown): string {
  const withoutNotes = (key: string, part: unknown) => (key === 'notes' ? '(left out)' : part);
  return `${JSON.stringify(value, withoutNotes, 2)}\n`;
}

function textOfError(error: unknown): string {
  return `${toFailure(error).message}\n`;
}
