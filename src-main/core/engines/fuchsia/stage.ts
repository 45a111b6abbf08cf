/**
 * Puts a Fuchsia guest's files in place: kernel, boot image with this home's keys in it, disk of the device's size.
 * Ordered steps, each cancellable; one that fails leaves what was there before it, and a disk that cannot be resized
 * fails the launch. Must never change a source, or throw away what a guest wrote to its disk: that is moved aside.
 */
import { createHash, randomBytes } from 'node:crypto';
import { bytesOf } from '../../../../src-shared/model/emulator-configuration.ts';
import type { Progress } from '../../../../src-shared/model/instance.ts';
import type { FuchsiaSpec } from '../../../../src-shared/model/spec.ts';
import type { BootSources } from '../../guests/fuchsia/boot-sources.ts';
import { fletcher64OfFile } from '../../guests/fuchsia/fletcher64.ts';
import { extendFvm } from '../../guests/fuchsia/fvm/extend-fvm.ts';
import { growFxfs, inspectFxfs } from '../../guests/fuchsia/fxfs/grow-fxfs.ts';
import { targetSizeOf } from '../../guests/fuchsia/target-size.ts';
import { emulatorAdditions } from '../../guests/fuchsia/zbi/additions.ts';
import { appendToZbi } from '../../guests/fuchsia/zbi/append.ts';
import type { SshKeys } from '../../guests/ssh-keys.ts';
import type { Clock } from '../../kit/clock.ts';
import { explainRead, openRegular } from '../../kit/regular-file.ts';
import { copyImage } from '../../staging/copy.ts';
import { explainWrite, requireRoom } from '../../staging/disk-full.ts';
import { throttleProgress } from '../../staging/progress.ts';
import type { ReuseDecision } from '../../staging/reuse.ts';
import { inspectSource, type Source } from '../../staging/source.ts';
import { StagedFolder } from '../../staging/staged-folder.ts';
import type { StagingContext } from '../../staging/staged-images.ts';
import { type PlacedFiles, serialNumberOf } from './configuration.ts';
import { decideFuchsiaReuse } from './reuse.ts';
import type { FuchsiaLayout, FuchsiaWork } from './staged-layout.ts';

export interface FuchsiaStaging {
  readonly spec: FuchsiaSpec;
  readonly sources: BootSources;
  readonly layout: FuchsiaLayout;
  readonly keys: SshKeys;
  readonly clock: Clock;
}

const host = { requireRoom, explainRead, explainWrite };

interface Planned {
  readonly item: FuchsiaWork;
  readonly source: Source;
  readonly decision: ReuseDecision;
  /** Of the source; null where nobody needed it yet. */
  hash: string | null;
}

/**
 * @throws SlipwayError as staging any guest, and `image_damaged` for a boot image or a disk that is; the signal's reason.
 */
export async function stageFuchsia(staging: FuchsiaStaging, context: StagingContext): Promise<PlacedFiles> {
  const { layout, clock } = staging;
  const { signal } = context;
  const report = throttleProgress(context.onProgress, clock);
  signal.throwIfAborted();
  const folder = await StagedFolder.open(context.paths);

  // Everything that is wrong with the files, and whether there is room, is known before the first byte is written.
  context.onStep('check files', '');
  const planned: Planned[] = [];
  for (const item of layout.work) planned.push(await decideItem(item, staging, folder, signal, report));
  let needed = 0;
  for (const each of planned) if (each.decision.action === 'restage') needed += await bytesNeeded(each);
  await requireRoom(folder.directory, 'the staged images', needed);

  for (const each of planned) {
    signal.throwIfAborted();
    if (each.decision.action === 'reuse') context.onStep(each.item.step, `reused: ${each.decision.reason}`);
    else await stageItem(each, each.decision, { staging, folder, context, report });
  }
  const hashOf = (slot: string) => folder.entry(slot)?.sourceHash ?? '';
  // ffx takes the kernel's where there is no boot image.
  const zbiHash = layout.files.zbi === null ? hashOf('kernel') : hashOf('zbi');
  return { ...layout.files, zbiHash, diskHash: hashOf('disk') };
}

async function decideItem(
  item: FuchsiaWork,
  { spec, keys }: FuchsiaStaging,
  folder: StagedFolder,
  signal: AbortSignal,
  report: (progress: Progress) => void,
): Promise<Planned> {
  const source = await inspectSource(item.file, { field: item.field });
  const planned: { hash: string | null } = { hash: null };
  const decision = await decideFuchsiaReuse({
    wish: wishOf(spec),
    entry: folder.entry(item.slot),
    target: item.target,
    method: item.method,
    source: source.facts,
    variant: variantOf(item, spec, keys),
    variantChange: 'its ssh key or serial number is not the one of today',
    guestWrites: item.guestWrites,
    output: await folder.factsOf(item.target),
    hashOfSource: async () => {
      planned.hash = await hashOf(item, signal, report);
      return planned.hash;
    },
  });
  return { item, source, decision, ...planned };
}

function wishOf({ guest, runtime }: FuchsiaSpec): FuchsiaSpec['guest']['reuse'] {
  return runtime.staging === 'restage' ? 'restage' : guest.reuse;
}

/** What of the boot data must be as it is now for a guest to be reached. Entropy is meant to differ. */
function variantOf({ method }: FuchsiaWork, spec: FuchsiaSpec, { publicKey }: SshKeys): string {
  if (method !== 'zbi') return '';
  const serial = spec.guest.serialNumber ? serialNumberOf(spec) : '';
  return createHash('sha256').update(`${publicKey}\n${serial}`).digest('hex');
}

async function hashOf(item: FuchsiaWork, signal: AbortSignal, report: (progress: Progress) => void): Promise<string> {
  const step = `read ${item.file}`;
  const file = await openRegular(item.file, { field: item.field });
  try {
    const onProgress = (done: number, total: number) => report({ step, done, total, unit: 'bytes' });
    return await fletcher64OfFile(file, { signal, onProgress });
  } finally {
    await file.close();
  }
}

async function bytesNeeded({ item, source }: Planned): Promise<number> {
  if (item.method !== 'fxfs') return source.allocatedBytes;
  return (await inspectFxfs(item.file, { host, field: item.field })).dataBytes;
}

interface ItemContext {
  readonly staging: FuchsiaStaging;
  readonly folder: StagedFolder;
  readonly context: StagingContext;
  readonly report: (progress: Progress) => void;
}

async function stageItem(
  planned: Planned,
  decision: Extract<ReuseDecision, { action: 'restage' }>,
  { staging, folder, context, report }: ItemContext,
): Promise<void> {
  const { item, source } = planned;
  const now = staging.clock.now();
  const entry = folder.entry(item.slot);
  // Another bundle may call its disk otherwise; what the guest wrote to the former one is as valuable as ever.
  const former = entry !== undefined && entry.target !== item.target && (await folder.factsOf(entry.target)) !== null;
  const keepFormer = former && entry.output === null && wishOf(staging.spec) !== 'restage';
  const aside = keepFormer
    ? await folder.moveAside(entry.target, now)
    : decision.keepOld
      ? await folder.moveAside(item.target, now)
      : null;
  const kept = aside === null ? '' : `; what the guest wrote before is kept as staged/${aside.name}`;
  context.onStep(item.step, `${decision.reason}${kept}`);
  try {
    const destination = folder.pathOf(item.target);
    const sourceHash = planned.hash ?? (await hashOf(item, context.signal, report));
    const note = await makeFile(item, destination, staging, {
      signal: context.signal,
      field: item.field,
      onProgress: (done, total) => report({ step: item.step, done, total, unit: 'bytes' }),
    });
    if (note !== '') context.onStep(`${item.step}: done`, note);
    await folder.record(item.slot, {
      target: item.target,
      method: item.method,
      source: source.facts,
      variant: variantOf(item, staging.spec, staging.keys),
      sourceHash,
      output: item.guestWrites ? null : await folder.factsOf(item.target),
      stagedAt: new Date(now).toISOString(),
    });
  } catch (error) {
    await aside?.undo();
    throw error;
  }
  if (former && !keepFormer) await folder.remove(entry.target);
}

interface FileJob {
  readonly signal: AbortSignal;
  readonly field: string;
  onProgress(done: number, total: number): void;
}

/** What is worth saying of the file, or nothing. */
async function makeFile(
  { method, file }: FuchsiaWork,
  destination: string,
  { spec, sources, keys }: FuchsiaStaging,
  job: FileJob,
): Promise<string> {
  const imageJob = { ...job, source: file, destination, host };
  const storage = bytesOf(sources.device.hardware.storage);
  switch (method) {
    case 'copy':
      await copyImage(file, destination, job);
      return '';
    case 'zbi': {
      const additions = emulatorAdditions({
        authorizedKeys: Buffer.from(`${keys.publicKey}\n`),
        entropy: randomBytes(64),
        ...(spec.guest.serialNumber ? { serialNumber: serialNumberOf(spec) } : {}),
      });
      await appendToZbi(file, destination, additions, job);
      return '';
    }
    case 'fvm': {
      const { facts } = await inspectSource(file, job);
      const target = targetSizeOf(storage, facts.size);
      await extendFvm({ ...imageJob, lengthBytes: target.bytes, isLowerBound: true });
      return target.reason;
    }
    case 'fxfs': {
      const { imageBytes } = await inspectFxfs(file, imageJob);
      const target = targetSizeOf(storage, imageBytes);
      await growFxfs({ ...imageJob, targetBytes: target.bytes });
      return target.reason;
    }
  }
}
