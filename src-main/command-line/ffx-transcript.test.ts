/**
 * What a person who knows `ffx emu` types, and what comes of it: command lines, exit codes and shapes as ffx documents
 * them. One story in one home: the real core behind it, a product bundle for tests, and a fake QEMU.
 */
import { mkdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTestProductBundle } from '../../e2e/fixtures/test-product-bundle.ts';
import type { Paths } from '../core/home/paths.ts';
import { CleanupStack } from '../core/kit/cleanup-stack.ts';
import { type FakeQemu, fakeQemuBinary } from '../core/testing/fake-qemu.ts';
import type { HomeService } from '../headless/home-service.ts';
import { SessionClient } from '../headless/session-client.ts';
import { asUser, openHome, preparedHome } from '../headless/testing/open-home.ts';
import { runIn } from './run.ts';

const cleanups = new CleanupStack();
let paths: Paths;
let service: HomeService;
let directory: string;
let qemu: FakeQemu;
let deaf: FakeQemu;

beforeAll(async () => {
  paths = await preparedHome(cleanups);
  service = await openHome(paths, cleanups);
  const banners = { 22: { text: 'SSH-2.0-fuchsia\r\n' } };
  qemu = await fakeQemuBinary({ serial: [{ text: 'zircon\r\n' }], banners, powerdownMs: 1 });
  deaf = await fakeQemuBinary({ serial: [{ text: 'zircon\r\n' }] });
  cleanups.add(() => qemu.dispose());
  cleanups.add(() => deaf.dispose());
  directory = join(paths.home, 'caller');
  await mkdir(directory);
  const file = async (name: string, content = 'x') => {
    await writeFile(join(directory, name), content);
    return join(directory, name);
  };
  await writeTestProductBundle(directory, { kernel: await file('kernel'), initrd: await file('initrd') });
  cleanups.add(async () => void (await ffx('stop', '--all', '--now')));
});
afterAll(() => cleanups.close());

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function ffx(...argv: string[]): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  const into = (stream: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      said[stream] += text;
    },
  });
  const code = await runIn(
    {
      streams: { stdout: into('stdout'), stderr: into('stderr') },
      directory,
      open: async () => {
        const client = SessionClient.over(service, asUser);
        return { client, service, paths, serve: async () => 1, close: async () => client.close() };
      },
    },
    argv,
  );
  return { code, ...said };
}

async function machine(...argv: string[]): Promise<{ code: number; json: unknown }> {
  const { code, stdout } = await ffx('--machine', 'json', ...argv);
  return { code, json: JSON.parse(stdout) };
}

const start = (...args: string[]) => ['start', 'product_bundle', '-H', '--accel', 'none', ...args];
const own = () => ['--qemu', qemu.binary];

/** Arguments, exit code, what stdout is, what stderr says. */
type Row = readonly [string[], number, string | RegExp, (string | RegExp)?];

function transcript(rows: () => readonly Row[]) {
  return async () => {
    for (const [argv, code, stdout, stderr = ''] of rows()) {
      const said = await ffx(...argv);
      const line = argv.join(' ');
      expect({ line, code: said.code, stderr: said.code === code ? '' : said.stderr }).toEqual({
        line,
        code,
        stderr: '',
      });
      if (typeof stdout === 'string') expect(said.stdout).toBe(stdout);
      else expect(said.stdout).toMatch(stdout);
      if (typeof stderr === 'string') expect(said.stderr).toContain(stderr);
      else expect(said.stderr).toMatch(stderr);
    }
  };
}

describe('before there is anything', () => {
  it(
    'list, stop, show, console and screenshot say so',
    transcript(() => [
      [['list'], 0, '', 'There are no instances yet'],
      [['--machine', 'json', 'list'], 0, '[]\n'],
      [['stop'], 1, '', 'There is no instance.'],
      [['stop', 'X'], 1, '', 'There is no instance named "X".'],
      [['stop', '--all'], 0, '', 'Nothing runs.'],
      [['show'], 1, '', 'There is no instance.'],
      [['console'], 1, '', 'There is no instance.'],
      [['screenshot', '-o', 'p.png'], 1, '', 'There is no instance.'],
      [['screenshot'], 2, '', 'say where to'],
    ]),
  );

  it(
    'start --device-list and --dry-run stage nothing',
    transcript(() => [
      [start('--device-list'), 0, 'test-small (recommended)\ntest-large\n'],
      [start(...own(), '--dry-run'), 0, /instances\/fuchsia-emulator\/staged\/multiboot\.bin/],
      [start(...own(), '--dry-run', '--device', 'test-large', '-c', 'a.b=c'), 0, /-m 512M.* a\.b=c/s],
      [start(...own(), '--dry-run', '--device', 'none-such'), 1, '', 'none-such'],
      [start(...own(), '--dry-run', '--port-map', 'web:1'), 1, '', 'There is: ssh, debug.'],
      [start(...own(), '--dry-run', '--net', 'none'), 1, '', 'no way to communicate'],
      [['list'], 0, ''],
    ]),
  );

  it('for machines: the command as `show --cmd` has it, the devices as they are', async () => {
    expect(await machine(...start(...own(), '--dry-run'))).toMatchObject({
      code: 0,
      json: { ok: { messages: expect.any(Array) }, Cmd: { program: qemu.binary, args: expect.any(Array), env: {} } },
    });
    expect(await machine(...start('--device-list'))).toMatchObject({
      code: 0,
      json: { ok: {}, devices: [{ name: 'test-small', recommended: true }, { name: 'test-large' }] },
    });
  });

  it(
    'what cannot be is refused',
    transcript(() => [
      [['start', './caller-of-none'], 1, '', 'is no product bundle'],
      [['start', 'gs://fuchsia/pb'], 1, '', 'downloads no product bundles'],
      [['start', 'nobody'], 1, '', 'There is no instance named "nobody".'],
      [['start', '--reuse'], 1, '', 'There is no instance named "fuchsia-emulator".'],
      [start('--engine', 'crosvm'), 2, '', 'crosvm is not there yet'],
      [['--machine', 'json', ...start('--edit')], 2, /"user_error":\{"message":"--edit is for a person/, '--edit'],
      [['--machine', 'json', ...start('--console')], 2, /user_error/, '--console'],
    ]),
  );
});

describe('one emulator', () => {
  it(
    'start: ready on stdout, the way there on stderr',
    transcript(() => [
      [
        start(...own(), '--port-map', 'ssh:0', '--log', 'logs.txt', '-s', '20'),
        0,
        /^\[ready\] {9}fuchsia-emulator {2}fuchsia\/x86_64 {2}ssh 127\.0\.0\.1:\d+, debug 127\.0\.0\.1:\d+\n$/,
        /Networking: user\. .*\n(.*\n)*fuchsia-emulator: staging\n(.*\n)*Emulator is ready\.\n/,
      ],
      [start(...own()), 1, '', 'fuchsia-emulator'],
    ]),
  );

  it('--log is a link to what QEMU writes', async () => {
    const boot = paths.instance('fuchsia-emulator').boot(1);
    expect(await readlink(join(directory, 'logs.txt'))).toBe(boot.engineLog);
    expect(await readFile(join(directory, 'logs.txt.serial'), 'utf8')).toBe('zircon\r\n');
    await writeFile(join(directory, 'mine.txt'), 'mine');
    expect((await ffx(...start('--log', 'mine.txt', '--name', 'other'))).stderr).toContain('is there already');
    expect((await ffx(...start('--log', 'none/a.txt', '--name', 'other'))).stderr).toContain('There is no directory');
  });

  it('list: state in 16 columns; ffx’s name and state for machines', async () => {
    expect((await ffx('list')).stdout.slice(0, 32)).toBe('[ready]         fuchsia-emulator');
    expect((await machine('list', '--only-running')).json).toMatchObject([
      { name: 'fuchsia-emulator', engine_state: 'running', state: 'ready' },
    ]);
  });

  it('show: its sections, externally tagged', async () => {
    const keys = async (...args: string[]) => {
      const { code, json } = await machine('show', ...args);
      return [code, ...(json as object[]).map((section) => Object.keys(section).join())];
    };
    expect(await keys('--cmd')).toEqual([0, 'Cmd']);
    expect(await keys('--net', '--config')).toEqual([0, 'Config', 'Net']);
    expect(await keys('fuchsia-emulator', '--all')).toEqual([0, 'Cmd', 'Config', 'Device', 'Net', 'Instance']);
    expect(await keys('--raw')).toEqual([0, 'Raw']);
    expect((await machine('show', '--device', '--instance', '--net')).json).toMatchObject([
      {
        Device: {
          device: {
            ...{ name: 'fuchsia-emulator_device', cpu: 'x64', cpu_count: 1, memory_bytes: 2 ** 28 },
            ports: { ssh: { guest: 22 } },
          },
        },
      },
      { Net: { mode: 'user', mac_address: '52:54:47:5e:82:ef', ports: { ssh: { guest: 22 } } } },
      { Instance: { name: 'fuchsia-emulator', engine_type: 'qemu', engine_state: 'running', pid: expect.any(Number) } },
    ]);
    const { stdout } = await ffx('show', '--cmd', '--net');
    expect(stdout).toMatch(/^Command line:\n {2}.*qemu-system-x86_64 \\\n(.*\n)*Network:\n {2}mode: +user\n/);
  });

  it(
    'console: one of three, and no answer for machines',
    transcript(() => [
      [['console', '--serial', '--command'], 2, '', 'one console at a time: --serial or --command'],
      [['console', '-m', '--console-type', 'command'], 2, '', 'one console at a time'],
      [['console', '--console-type', 'x'], 2, '', '--console-type is one of serial, command, machine'],
      [['console', '--machine', 'json'], 2, /user_error/, 'for a person'],
    ]),
  );

  it(
    'screenshot: where it may be written is looked at first',
    transcript(() => [
      [['screenshot', '-o', '.'], 1, '', 'is a directory'],
      [['screenshot', '-o', 'new/'], 1, '', 'is a directory'],
      [['screenshot', '-o', 'kernel/p.png'], 1, '', 'cannot be written'],
    ]),
  );

  it(
    'stop keeps it, said twice or not; the name is found by itself',
    transcript(() => [
      [['stop', '--persist'], 0, /^\[stopped\] {7}fuchsia-emulator/, 'Stopping fuchsia-emulator...'],
      [['stop', '-p'], 0, /^\[stopped\]/, 'does not run'],
      [['list'], 0, /^\[stopped\] {7}fuchsia-emulator/],
      [['list', '--only-running'], 0, '', 'Nothing runs.'],
    ]),
  );

  it('start --reuse boots what was staged; the machine’s status beside the instance', async () => {
    const again = await machine('start', '--reuse', '-s', '20');
    expect(again).toMatchObject({
      code: 0,
      json: { ok: { messages: expect.any(Array) }, name: 'fuchsia-emulator', engine_state: 'running', boot: 2 },
    });
    expect(await machine('stop')).toMatchObject({ code: 0, json: { ok: {}, engine_state: 'staged' } });
    expect(await machine('stop', 'X')).toMatchObject({
      code: 1,
      json: { user_error: { message: 'There is no instance named "X".' } },
    });
  });

  it('not ready in time: exit code 1, what was met, what it costs, and it runs on', async () => {
    let seconds = 2;
    const tried = () => ffx(...start('--qemu', deaf.binary, '-s', String(seconds)));
    let said = await tried();
    // On a busy machine the time may be over before there is a guest to wait for.
    while (said.stderr.includes('It is starting, and goes on.')) {
      await ffx('stop', '--now');
      seconds *= 2;
      said = await tried();
    }
    const { code, stderr } = said;
    expect(code).toBe(1);
    expect(stderr).toContain(`Waiting for Fuchsia to start (up to ${seconds} seconds).`);
    expect(stderr).toMatch(/fuchsia-emulator was not ready in time\. It runs on\.\n/);
    expect(stderr).toMatch(/The emulator process is still running \(pid \d+\)\./);
    expect(stderr).toContain('is behind user-mode networking');
    expect(stderr).toContain('Hardware acceleration is off');
    expect(stderr).toContain('slipway stop fuchsia-emulator');
    expect(stderr).toContain('--startup-timeout SECONDS');
    expect((await machine('list')).json).toMatchObject([{ engine_state: 'running' }]);
    expect((await ffx('stop', '--now')).code).toBe(0);
  });

  it('-s 0 does not wait; --debugger says which process; two that run need a name', async () => {
    expect((await ffx(...start('--qemu', deaf.binary, '-s', '0'))).code).toBe(0);
    const debugged = await ffx(...start(...own(), '--name', 'second', '--debugger', '--engine', 'qemu'));
    expect(debugged.code).toBe(0);
    expect(debugged.stdout).toMatch(/^\[paused\] {8}second/);
    expect(debugged.stderr).toMatch(/Attach to process \d+ to go on\.\n(.*\n)*.*gdb -ex 'target remote/);
    const unnamed = await ffx('stop');
    expect(unnamed).toMatchObject({ code: 1, stdout: '' });
    expect(unnamed.stderr).toContain('Several instances run. Say which one.');
    expect(unnamed.stderr).toContain('fuchsia-emulator, second');
  });

  it('stop --all --delete clears everything away, as ffx’s plain stop did, and says where to', async () => {
    const cleared = await ffx('stop', '--all', '--now', '--delete');
    expect(cleared).toMatchObject({ code: 0, stdout: '' });
    expect(cleared.stderr).toMatch(/fuchsia-emulator .* is in the trash until .* Undo: slipway restore \S+/);
    expect((await ffx('list')).stdout).toBe('');
  });

  it('--stage stops where it would run, and leaves nothing else behind', async () => {
    const staged = await machine(...start(...own(), '--stage'));
    expect(staged).toMatchObject({ code: 0, json: { engine_state: 'staged' } });
    expect((await machine('show')).json).toMatchObject({ spec: { runtime: { debug: { startPaused: false } } } });
    expect((await ffx('start', '--reuse', '-s', '20')).stderr).toContain('Emulator is ready.');
    await ffx('stop', '--now');
  });

  it('--edit opens the flags in $EDITOR and boots with what comes of it', async () => {
    const editor = join(directory, 'editor.sh');
    await writeFile(editor, `#!/bin/sh\nsed -i 's/"kernel_args": \\[/"kernel_args": ["edited.by=hand",/' "$1"\n`, {
      mode: 0o755,
    });
    const before = { VISUAL: process.env.VISUAL, EDITOR: process.env.EDITOR };
    Object.assign(process.env, { VISUAL: editor });
    try {
      expect((await ffx(...start(...own(), '--edit', '-s', '20'))).stderr).toContain('Emulator is ready.');
      expect(JSON.stringify((await machine('show', '--cmd')).json)).toContain('edited.by=hand');
      await writeFile(editor, '#!/bin/sh\necho nonsense > "$1"\n');
      await ffx('stop', '--now');
      const failed = await ffx(...start(...own(), '--edit'));
      expect(failed.code).toBe(1);
      expect(failed.stderr).toMatch(/What came from the editor are no flags\.\n.*\n.*What you wrote is kept in/);
    } finally {
      for (const [name, value] of Object.entries(before))
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
    }
  });
});
