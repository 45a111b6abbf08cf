/**
 * Every place that takes a path, given what is no ordinary file: each is refused in a moment with a sentence and what to
 * do, and everybody else is served meanwhile. Four opens that wait would stop every file operation of the process.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeTestProductBundle } from '../../e2e/fixtures/test-product-bundle.ts';
import { type Failure, SlipwayError } from '../../src-shared/contract/errors.ts';
import type { DraftInput, FileReference } from '../../src-shared/model/spec.ts';
import type { Paths } from '../core/home/paths.ts';
import { CleanupStack } from '../core/kit/cleanup-stack.ts';
import { type FakeQemu, fakeQemuBinary } from '../core/testing/fake-qemu.ts';
import { tempHome } from '../core/testing/temp-home.ts';
import type { HomeService } from './home-service.ts';
import { SessionClient } from './session-client.ts';
import { asUser, openHome, preparedHome } from './testing/open-home.ts';

/** A second is promised; the machine that tests may be busy. What waits for a writer waits for ever. */
const promptMs = 5000;

let cleanups: CleanupStack;
let paths: Paths;
let folder: string;
let qemu: FakeQemu;
let service: HomeService;
let client: SessionClient;

beforeEach(async () => {
  cleanups = new CleanupStack();
  paths = await preparedHome(cleanups);
  const { home, dispose } = await tempHome();
  cleanups.add(dispose);
  folder = home;
  await mkdir(folder, { recursive: true });
  qemu = await fakeQemuBinary();
  cleanups.add(qemu.dispose);
  await open();
});
afterEach(() => cleanups.close());

async function open(): Promise<void> {
  service = await openHome(paths, cleanups);
  client = SessionClient.over(service, asUser);
  const mine = client;
  cleanups.add(() => mine.close());
}

const oddities = {
  'a FIFO': async (path: string) => void execFileSync('mkfifo', [path]),
  'a folder': async (path: string) => void (await mkdir(path)),
  'a socket': async (path: string) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    cleanups.add(() => void server.close());
  },
} as const;
type Oddity = keyof typeof oddities;
const kinds = Object.keys(oddities) as Oddity[];

async function grant(path: string): Promise<FileReference> {
  return client.call('files.grant', { path });
}

async function promptly<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${promptMs} ms`)), promptMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** The failure of what was asked; then everybody else must still be served, files included. */
async function refusal(ask: () => Promise<unknown>): Promise<Failure> {
  const failures: Failure[] = [];
  // More often than there are threads for files.
  for (let time = 0; time < 5; time++) {
    const failure = await promptly(
      ask().then(
        (value) => {
          throw new Error(`it was not refused, but answered: ${JSON.stringify(value)}`);
        },
        (error: unknown) => {
          if (error instanceof SlipwayError) return error.failure;
          throw error;
        },
      ),
    );
    failures.push(failure);
  }
  await promptly(client.call('files.browse', { directory: null }));
  return failures[0] as Failure;
}

/** A sentence with the file in it, and what to do about it. */
function expectHelpful(failure: Failure, path: string): void {
  expect(failure.code).toMatch(/^(file_|invalid_input$)/);
  expect(failure.message).toContain(path);
  expect(failure.hint ?? failure.cause ?? '').not.toBe('');
}

const base = async (): Promise<Omit<DraftInput, 'guest'>> => ({
  name: 'odd',
  host: { acceleration: 'tcg' },
  runtime: { binary: await grant(qemu.binary), powerdownMs: 0 },
});

type Slots = Record<string, (odd: FileReference) => Promise<DraftInput['guest']>>;

async function flash(): Promise<FileReference> {
  const path = join(folder, 'code.fd');
  await writeFile(path, Buffer.alloc(256 * 1024, 1));
  return grant(path);
}

const demo = () => grant(join(import.meta.dirname, '../../assets/demo-guest/demo-guest.elf'));
/** Where a plain guest names a file. */
const plainSlots: Slots = {
  kernel: async (kernel) => ({ kind: 'kernel', kernel }),
  initrd: async (initrd) => ({ kind: 'kernel', kernel: await demo(), initrd }),
  disk: async (file) => ({ kind: 'disk', disks: [{ file }] }),
  'disk, written in place': async (file) => ({ kind: 'disk', disks: [{ file, access: 'direct' }] }),
  'disk, copied': async (file) => ({ kind: 'disk', disks: [{ file, access: 'copy' }] }),
  cdrom: async (file) => ({ kind: 'disk', disks: [{ file, media: 'cdrom', access: 'read-only' }] }),
  'disk of a kernel': async (file) => ({ kind: 'kernel', kernel: await demo(), disks: [{ file }] }),
  bios: async (file) => ({ kind: 'firmware', image: { as: 'bios', file } }),
  'pflash code': async (code) => ({ kind: 'firmware', image: { as: 'pflash', code } }),
  'pflash variables': async (variables) => ({
    kind: 'firmware',
    image: { as: 'pflash', code: await flash(), variables },
  }),
};

async function bundle(): Promise<FileReference> {
  const kernel = join(import.meta.dirname, '../../assets/demo-guest/demo-guest.elf');
  const { directory } = await writeTestProductBundle(folder, { kernel, initrd: kernel, memoryMiB: 64 });
  return grant(directory);
}
/** Where a Fuchsia guest does. */
const fuchsiaSlots: Slots = {
  'files: kernel': async (kernel) => ({ kind: 'fuchsia', source: { from: 'files', kernel } }),
  'files: zbi': async (zbi) => ({ kind: 'fuchsia', source: { from: 'files', kernel: await demo(), zbi } }),
  'files: disk': async (file) => ({
    kind: 'fuchsia',
    source: { from: 'files', kernel: await demo(), disk: { kind: 'fxfs', file } },
  }),
  'flag template': async (template) => ({ kind: 'fuchsia', source: { from: 'template', template } }),
  'virtual device': async (virtualDevice) => ({
    kind: 'fuchsia',
    source: { from: 'bundle', directory: await bundle() },
    virtualDevice,
  }),
  'dev-config': async (devConfig) => ({
    kind: 'fuchsia',
    source: { from: 'bundle', directory: await bundle() },
    devConfig,
  }),
};

describe.each(kinds)('%s', (kind) => {
  it.each(Object.keys({ ...plainSlots, ...fuchsiaSlots }))('as %s', async (slot) => {
    const path = join(folder, 'odd');
    await oddities[kind](path);
    const guest = await { ...plainSlots, ...fuchsiaSlots }[slot]?.(await grant(path));
    if (guest === undefined) throw new Error(slot);
    const draft = { ...(await base()), guest };
    expectHelpful(await refusal(() => client.call('instance.launch', draft)), path);
    // Looking at it in the form does not wait either, whatever it says.
    await promptly(client.call('instance.preview', draft).catch(() => undefined));
    await promptly(client.call('command.export', draft).catch(() => undefined));
    await promptly(client.call('fuchsia.resolve', draft).catch(() => undefined));
  });

  it.each([
    'product_bundle.json',
    'virtual_devices/manifest.json',
    'virtual_devices/small.json',
    'system_a/fuchsia.zbi',
  ])('in a bundle as %s', async (name) => {
    const directory = await bundle();
    const path = join(directory.shown, name);
    await rm(path);
    await oddities[kind](path);
    const ask = async () => {
      const guest = { kind: 'fuchsia' as const, source: { from: 'bundle' as const, directory } };
      await client.call('fuchsia.bundle', { directory: directory.token });
      return client.call('instance.launch', { ...(await base()), guest });
    };
    const failure = await refusal(ask);
    expect(failure.message).toContain(name.split('/').at(-1) ?? '');
  });

  it.each(['spec.json', 'launch.json', 'outcome.json', 'timeline.json', 'serial.out', 'emulator.log'])(
    'in an instance as %s: the list opens all the same',
    async (name) => {
      const { id } = await client.call('instance.create', { ...(await base()), name: 'kept', guest: { kind: 'demo' } });
      await client.call('instance.create', { ...(await base()), name: 'other', guest: { kind: 'demo' } });
      const instance = paths.instance(id);
      await service.dispose();
      const path = name === 'spec.json' ? instance.spec : join(instance.boot(1).directory, name);
      await mkdir(instance.boot(1).directory, { recursive: true });
      await rm(path, { force: true });
      await oddities[kind](path);
      await promptly(open());
      const views = await promptly(client.call('instance.list', {}));
      expect(views.map((view) => view.id).sort()).toEqual(['kept', 'other']);
      await promptly(client.call('instance.boots', { id }).catch(() => undefined));
      for (const file of ['engine', 'serial'] as const) {
        const range = { id, boot: 1, file, offset: 0, length: 1000 };
        await promptly(client.call('instance.log', range).catch(() => undefined));
      }
      await promptly(service.dispose());
    },
  );

  it('as the settings: the home opens with the usual ones', async () => {
    await service.dispose();
    await rm(paths.settings, { force: true });
    await oddities[kind](paths.settings);
    await promptly(open());
    expect((await promptly(client.call('settings.get', {}))).theme).toBe('system');
  });

  it('as a template: it is listed as damaged', async () => {
    const draft = { ...(await base()), guest: { kind: 'demo' as const } };
    await client.call('template.save', { name: 'mine', about: '', draft });
    await oddities[kind](join(paths.home, 'templates', 'odd.json'));
    const templates = await promptly(client.call('template.list', {}));
    expect(templates.map(({ name, problem }) => [name, problem === null])).toEqual([
      ['mine', true],
      ['odd', false],
    ]);
  });

  it('as the ssh key: a Fuchsia guest says so', async () => {
    const key = join(paths.ssh, 'id_ed25519');
    await oddities[kind](key);
    const guest = { kind: 'fuchsia' as const, source: { from: 'bundle' as const, directory: await bundle() } };
    const draft = { ...(await base()), guest };
    const { id } = await promptly(client.call('instance.launch', draft));
    await promptly(
      (async () => {
        for (;;) {
          const { status } = (await client.call('instance.show', { id })).view;
          if (status.failure !== null) return expect(status.failure.message).toContain(paths.ssh);
          await new Promise((resolve) => setImmediate(resolve));
        }
      })(),
    );
  });
});

it('an endless file of the system is refused, or read no further than any honest file is long', async () => {
  for (const path of ['/dev/zero', '/proc/kmsg', '/proc/self/mem', '/dev/tty']) {
    const guest = { kind: 'fuchsia' as const, source: { from: 'template' as const, template: await grant(path) } };
    const draft = { ...(await base()), guest };
    await refusal(() => client.call('instance.launch', draft));
  }
});
