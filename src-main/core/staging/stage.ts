/**
 * Puts every image of a PlainSpec in place for QEMU: `staged/` of one instance, and nothing outside it.
 *
 * Ordered steps, each idempotent and cancellable; a step that fails or is cancelled leaves what was there before it.
 * Must never change a source, leave a half-written file under its final name, or destroy what a guest wrote: that is
 * moved aside and said in the step's note.
 */
import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { assertNever } from '../../../src-shared/contract/errors.ts';
import type { Architecture, FirmwareDescription } from '../../../src-shared/model/engine.ts';
import type { Progress } from '../../../src-shared/model/instance.ts';
import type { PlainSpec } from '../../../src-shared/model/spec.ts';
import type { SshKeys } from '../guests/ssh-keys.ts';
import type { InstancePaths } from '../home/paths.ts';
import type { Clock } from '../kit/clock.ts';
import { type Inspection, inspectSpec } from './inspect-spec.ts';
import { type LinuxGuestFiles, layoutOf, type WorkItem } from './layout.ts';
import { makeFile } from './make-file.ts';
import { peekFormat } from './peek-format.ts';
import { throttleProgress } from './progress.ts';
import { decideReuse, type ReuseDecision } from './reuse.ts';
import { inspectSource, requireDirectory } from './source.ts';
import { StagedFolder } from './staged-folder.ts';
import type { StagedImages, StagingContext } from './staged-images.ts';

interface LinuxGuestRequest {
  readonly cacheDirectory: string;
  readonly signal: AbortSignal;
  onProgress(progress: { step: string; done: number; total: number; unit: 'bytes' | 'steps' }): void;
}

export interface StagingDependencies {
  /** Read-only; contains `demo-guest/demo-guest.elf`. */
  readonly assetsDirectory: string;
  /** Cache of the built Linux guest. */
  readonly linuxGuestDirectory: string;
  readonly sshDirectory: string;
  readonly clock: Clock;
  prepareLinuxGuest(request: LinuxGuestRequest): Promise<LinuxGuestFiles>;
  appendAuthorizedKey(baseInitrd: string, publicKey: string, destination: string): Promise<void>;
  ensureSshKeys(directory: string): Promise<SshKeys>;
  /** Installed UEFI firmware, or null. Not a promise, because previews are made without waiting. */
  findFirmware(architecture: Architecture): FirmwareDescription | null;
  /** Absolute path of a host tool (`qemu-img`), or null. */
  findTool(name: string): Promise<string | null>;
}

export interface Staging {
  /**
   * @throws SlipwayError with the field at fault: `file_missing`, `file_unreadable`, `file_not_regular`, `file_empty`,
   * `invalid_input`, `disk_full`, `tool_missing`, `guest_unavailable`, `download_failed`, `cancelled`; the signal's
   * reason when it is aborted between steps.
   */
  stage(spec: PlainSpec, context: StagingContext): Promise<StagedImages>;
  /**
   * What `stage` would give, writing nothing. Reads the first bytes of images whose format is `auto`; an unreadable one
   * counts as raw.
   *
   * @throws SlipwayError `guest_unavailable` when a UEFI guest finds no firmware.
   */
  expect(spec: PlainSpec, paths: InstancePaths): StagedImages;
}

export function createStaging(dependencies: StagingDependencies): Staging {
  const { assetsDirectory, findFirmware } = dependencies;
  return {
    stage: (spec, context) => stage(spec, context, dependencies),
    expect: (spec, paths) =>
      layoutOf(spec, paths, { assetsDirectory, firmware: findFirmware, formatOf: peekFormat, linuxGuest: null }).images,
  };
}

async function stage(
  spec: PlainSpec,
  context: StagingContext,
  dependencies: StagingDependencies,
): Promise<StagedImages> {
  const { paths, signal } = context;
  const report = throttleProgress(context.onProgress, dependencies.clock);
  signal.throwIfAborted();

  // Everything that is wrong with the files is found before the first byte is written.
  context.onStep('check files', '');
  const { guest } = spec;
  if (guest.kind === 'firmware' && guest.efiDirectory !== null) {
    await requireDirectory(guest.efiDirectory, 'guest.efiDirectory');
  }
  const inspection = await inspectSpec(spec, dependencies.findFirmware);

  let linuxGuest: LinuxGuestFiles | null = null;
  let publicKey = '';
  if (guest.kind === 'linux') {
    context.onStep('build the Linux guest', 'Debian kernel, BusyBox, ssh');
    linuxGuest = await dependencies.prepareLinuxGuest({
      cacheDirectory: dependencies.linuxGuestDirectory,
      signal,
      onProgress: ({ step, done, total, unit }) =>
        report({ step, done, total, unit: unit === 'bytes' ? unit : 'items' }),
    });
    ({ publicKey } = await dependencies.ensureSshKeys(dependencies.sshDirectory));
  }

  const { images, work } = layoutOf(spec, paths, {
    assetsDirectory: dependencies.assetsDirectory,
    firmware: dependencies.findFirmware,
    formatOf: inspection.formatOf,
    linuxGuest,
  });
  const folder = await StagedFolder.open(paths);
  for (const item of work) {
    signal.throwIfAborted();
    await stageItem(item, { folder, spec, context, inspection, publicKey, dependencies, report });
  }
  return images;
}

interface ItemContext {
  readonly folder: StagedFolder;
  readonly spec: PlainSpec;
  readonly context: StagingContext;
  readonly inspection: Inspection;
  readonly publicKey: string;
  readonly dependencies: StagingDependencies;
  readonly report: (progress: Progress) => void;
}

async function stageItem(item: WorkItem, all: ItemContext): Promise<void> {
  const { folder, context, dependencies } = all;
  const now = dependencies.clock.now();
  const source = all.inspection.sources.get(item.source) ?? (await inspectSource(item.source, { field: item.field }));
  const entry = folder.entry(item.slot);
  const variant = variantOf(item, all.publicKey);
  const output = await folder.factsOf(item.target);
  const decision = decideReuse({
    wish: all.spec.runtime.staging,
    entry,
    target: item.target,
    method: item.method,
    source: source.facts,
    variant,
    guestWrites: item.guestWrites,
    output,
    tolerance: item.tolerance,
  });
  if (decision.action === 'reuse') {
    context.onStep(item.step, `reused: ${decision.reason}`);
    return;
  }

  // Another access or format gave this slot another file name; what that one holds is as valuable as ever.
  const former = entry !== undefined && entry.target !== item.target && (await folder.factsOf(entry.target)) !== null;
  const isFormerPrecious = former && entry.output === null;
  const aside = isFormerPrecious
    ? await folder.moveAside(entry.target, now)
    : decision.keepOld
      ? await folder.moveAside(item.target, now)
      : null;
  context.onStep(item.step, noteOf(item, decision, aside?.name ?? null));
  try {
    await makeFile(item, source, {
      destination: folder.pathOf(item.target),
      signal: context.signal,
      findTool: dependencies.findTool,
      appendKey: (destination) => dependencies.appendAuthorizedKey(item.source, all.publicKey, destination),
      onProgress: (done, total) => all.report({ step: item.step, done, total, unit: 'bytes' }),
    });
  } catch (error) {
    await aside?.undo();
    throw error;
  }
  if (former && !isFormerPrecious) await folder.remove(entry.target);
  await folder.record(item.slot, {
    target: item.target,
    method: item.method,
    source: source.facts,
    variant,
    output: item.guestWrites ? null : await folder.factsOf(item.target),
    stagedAt: new Date(now).toISOString(),
  });
}

function variantOf(item: WorkItem, publicKey: string): string {
  if (item.method === 'append-key') return createHash('sha256').update(publicKey).digest('hex');
  return item.method === 'copy' ? '' : `${item.sourceFormat} to ${item.outputFormat}`;
}

function noteOf(item: WorkItem, decision: Extract<ReuseDecision, { action: 'restage' }>, aside: string | null): string {
  const kept = aside === null ? '' : `; what the guest wrote before is kept as staged/${aside}`;
  return `${doing(item)}: ${decision.reason}${kept}`;
}

function doing(item: WorkItem): string {
  const source = `${basename(item.source)} in ${dirname(item.source)}`;
  switch (item.method) {
    case 'copy':
      return `copy of ${source}`;
    case 'overlay':
      return `new overlay on ${source}`;
    case 'convert':
      return `${item.outputFormat} made from ${source}`;
    case 'append-key':
      return 'the ssh key is added to the guest’s initrd';
    default:
      return assertNever(item.method);
  }
}
