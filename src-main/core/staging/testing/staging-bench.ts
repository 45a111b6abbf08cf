/** A folder, an instance and stand-ins for what staging is given. For tests; never part of the product. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from '../../../../src-shared/model/instance.ts';
import { type PlainSpec, specSchema } from '../../../../src-shared/model/spec.ts';
import { type InstancePaths, instancePathsOf } from '../../home/paths.ts';
import { systemClock } from '../../kit/clock.ts';
import { createStaging, type StagingDependencies } from '../stage.ts';
import type { StagedImages, StagingContext } from '../staged-images.ts';

export class StagingBench {
  readonly directory: string;
  readonly paths: InstancePaths;
  /** `name: note` of each step, until emptied. */
  steps: string[] = [];
  readonly progress: Progress[] = [];
  controller = new AbortController();

  private constructor(directory: string) {
    this.directory = directory;
    this.paths = instancePathsOf(join(directory, 'instance'));
  }

  static async open(): Promise<StagingBench> {
    const bench = new StagingBench(await mkdtemp(join(tmpdir(), 'stage-')));
    await mkdir(bench.at('assets/demo-guest'), { recursive: true });
    await writeFile(bench.at('assets/demo-guest/demo-guest.elf'), 'demo');
    return bench;
  }

  async close(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  at(name: string): string {
    return join(this.directory, name);
  }

  staged(name: string): string {
    return join(this.paths.staged, name);
  }

  dependencies(change: Partial<StagingDependencies> = {}): StagingDependencies {
    return {
      assetsDirectory: this.at('assets'),
      linuxGuestDirectory: this.at('linux'),
      sshDirectory: this.at('ssh'),
      clock: systemClock,
      prepareLinuxGuest: async () => ({ kernel: this.at('vmlinuz'), baseInitrd: this.at('initrd.gz') }),
      appendAuthorizedKey: async (base, key, destination) =>
        writeFile(destination, `${await readFile(base, 'utf8')}+${key}`),
      ensureSshKeys: async () => ({ privateKeyPath: '', publicKeyPath: '', publicKey: 'ssh-ed25519 AAAA slipway' }),
      findFirmware: (architecture) => ({
        architecture,
        name: 'test',
        code: this.at('CODE.fd'),
        variables: this.at('VARS.fd'),
      }),
      findTool: async () => '/usr/bin/qemu-img',
      ...change,
    };
  }

  context(change: Partial<StagingContext> = {}): StagingContext {
    return {
      paths: this.paths,
      signal: this.controller.signal,
      onProgress: (value) => this.progress.push(value),
      onStep: (name, note) => this.steps.push(`${name}: ${note}`),
      ...change,
    };
  }

  async stage(spec: PlainSpec, change: Partial<StagingDependencies> = {}): Promise<StagedImages> {
    return await createStaging(this.dependencies(change)).stage(spec, this.context());
  }

  expected(spec: PlainSpec): StagedImages {
    return createStaging(this.dependencies()).expect(spec, this.paths);
  }

  async stagedFiles(): Promise<string[]> {
    return (await readdir(this.paths.staged)).sort();
  }

  /** A raw disk of 1 MiB and a little, with `text` at its start. */
  async rawDisk(name: string, text: string): Promise<void> {
    await writeFile(this.at(name), Buffer.concat([Buffer.from(text), Buffer.alloc(1048576)]));
  }
}

export function specOf(guest: unknown, runtime: unknown = {}): PlainSpec {
  const times = { version: 1, id: 'x', name: 'x', createdAt: '2026-01-01T00:00:00.000Z' };
  const spec = specSchema.parse({ ...times, guest, runtime });
  if (spec.guest.kind === 'fuchsia') throw new Error('staged by its own engine');
  return { ...spec, guest: spec.guest };
}

export function imageInfo(path: string): Record<string, unknown> {
  return JSON.parse(execFileSync('qemu-img', ['info', '--output=json', path], { encoding: 'utf8' }));
}
