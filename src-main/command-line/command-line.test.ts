import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareHome } from '../core/home/prepare.ts';
import { CleanupStack } from '../core/kit/cleanup-stack.ts';
import { type BundledProgram, bundleProgram } from '../core/testing/bundled-program.ts';
import { fakeQemuBinary } from '../core/testing/fake-qemu.ts';
import { tempHome } from '../core/testing/temp-home.ts';
import { openHome } from '../headless/testing/open-home.ts';
import { commandUsage } from './usage.ts';

/** Everything here is one story in one home, told in order: that is how it is used. */
let slipway: BundledProgram;
let home: string;
let qemu: string;
const cleanups = new CleanupStack();

beforeAll(async () => {
  slipway = await bundleProgram('src-main/cli.ts');
  cleanups.add(() => slipway.dispose());
  const fake = await fakeQemuBinary({
    serial: [{ text: 'fake guest\r\ndemo: ready\r\ndemo> ' }],
    echo: true,
    powerdownMs: 1,
  });
  cleanups.add(() => fake.dispose());
  qemu = fake.binary;
  const temporary = await tempHome();
  cleanups.add(() => temporary.dispose());
  home = temporary.home;
  cleanups.add(async () => void (await text('stop', '--all', '--now')));
});
afterAll(() => cleanups.close());

interface Done {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function text(...args: string[]): Promise<Done> {
  return textIn(process.cwd(), ...args);
}

async function textIn(cwd: string, ...args: string[]): Promise<Done> {
  const program = slipway.start(args, { home, cwd });
  program.child.stdin?.end();
  const { code } = await program.ended;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

/** With `--machine json` stdout is one JSON document, whatever happens; this fails if it is not. */
async function json(...args: string[]): Promise<{ code: number | null; json: unknown; stderr: string }> {
  const { code, stdout, stderr } = await text('--machine', 'json', ...args);
  expect(stdout.endsWith('\n')).toBe(true);
  return { code, json: JSON.parse(stdout), stderr };
}

describe('words', () => {
  it('of every command are there, and the usage names it', async () => {
    const { stdout, code, stderr } = await text('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of Object.keys(commandUsage)) expect(stdout).toContain(`slipway ${name}`);
    expect(await text('serve', '--port', '1', '--help')).toEqual({ code: 0, stdout: commandUsage.serve, stderr: '' });
    expect(await text('help', 'start')).toMatchObject({ code: 0, stdout: commandUsage.start });
    expect(await json('list', '--help')).toMatchObject({ code: 0, json: { usage: commandUsage.list } });
    expect(await json('--version')).toMatchObject({ code: 0, json: { version: expect.stringMatching(/^\d/) } });
  });

  it.each<[string, string[], string]>([
    ['nothing', [], 'slipway start --demo'],
    ['no command', ['frobnicate'], 'there is no command "frobnicate"'],
    ["another's command", ['ps'], 'you may mean: slipway list'],
    ['an object’s own', ['constructor'], 'there is no command "constructor"'],
    ['no option', ['list', '--frob'], "unknown option '--frob'"],
    ['no value', ['start', '--kernel'], "'--kernel <value>' argument missing"],
    ['no guest', ['start'], 'say what to boot'],
    ['no instance', ['logs'], 'which instance?'],
    ['two instances', ['show', 'a', 'b'], 'one instance at a time'],
    ['all and one', ['stop', '--all', 'a'], 'either --all or a NAME'],
    ['no number', ['logs', 'a', '--boot', 'x'], '--boot takes a whole number'],
    ['no port', ['serve', '--port', '70000'], '--port takes a port number'],
    ['no time', ['start', '--demo', '--timeout', 'x'], '--timeout takes seconds'],
    ['two consoles', ['console', 'a', '--qmp', '--log'], 'one console at a time: --qmp or --log'],
    ['nobody to ask', ['delete', 'a'], 'say --yes'],
    ['no trash', ['restore'], 'what slipway delete printed'],
    ['one name', ['rename', 'demo'], 'rename takes two names'],
  ])('%s: usage on stderr, exit code 2', async (_, args, words) => {
    const human = await text(...args);
    expect(human).toMatchObject({ code: 2, stdout: '' });
    expect(human.stderr).toContain(words);
  });

  it.each([[], ['ps'], ['list', '--frob'], ['delete', 'a']])(
    'misuse by a machine is answered in JSON: %s',
    async (...args) => {
      expect(await json(...args)).toMatchObject({ code: 2, json: { error: { code: 'invalid_input' } } });
    },
  );

  it('the format of machines is JSON and no other', async () => {
    expect(await text('list', '--machine', 'xml')).toMatchObject({ code: 2 });
    expect((await text('list', '--machine=json')).stdout).toBe('[]\n');
  });

  it('an instance that is not there is a failure, not a misuse', async () => {
    const commands = ['show', 'stop', 'logs', 'console', 'start'];
    const answers = await Promise.all(commands.map((command) => text(command, 'nobody')));
    for (const answer of answers) {
      expect(answer).toMatchObject({ code: 1, stdout: '' });
      expect(answer.stderr).toMatch(/^slipway: There is no instance named "nobody"\.\n {2}fix: {3}There are no/);
    }
  });
});

describe('one instance from its first boot to the trash and back', () => {
  it('nothing is there: nothing on stdout, a first step on stderr', async () => {
    const { code, stdout, stderr } = await text('list');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('slipway start --demo');
    expect(await text('list', '--machine', 'json')).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
    expect(await json('stop', '--all')).toMatchObject({ code: 0, json: { instances: [] }, stderr: '' });
  });

  it('start: the result on stdout, the way there and what to do next on stderr', async () => {
    const { code, stdout, stderr } = await text('start', '--demo', '--qemu', qemu, '--port', 'web:80');
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\[ready\] {9}demo {2}demo\/x86_64 {2}web 127\.0\.0\.1:\d+\n$/);
    expect(stderr).toMatch(/^demo: staging\n(.+\n)*demo: running\n/);
    expect(stderr).toContain('slipway console demo');
    // Each step once.
    expect(new Set(stderr.split('\n')).size).toBe(stderr.split('\n').length);
  });

  it('start without a name while it runs makes the next one; by its name it says why not', async () => {
    expect(await json('start', '--demo', '--qemu', qemu, '--timeout', '0')).toMatchObject({
      code: 0,
      json: { name: 'demo-2', phase: 'running', boot: 1 },
      stderr: '',
    });
    const again = await text('start', 'demo');
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/slipway: .*demo/);
    expect(await json('start', '--demo', '--name', 'demo')).toMatchObject({
      code: 1,
      json: { error: { code: 'wrong_phase' } },
    });
  });

  it('list, show: flat and stable for machines, aligned for people', async () => {
    const { stdout } = await text('list');
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^\[ready\] {9}demo {4}demo\/x86_64 {2}web 127/),
      expect.stringMatching(/^\[ready\] {9}demo-2 {2}demo\/x86_64$/),
    ]);
    expect((await json('list', '--only-running')).json).toMatchObject([{ id: 'demo' }, { id: 'demo-2' }]);
    const shown = await json('show', 'demo');
    expect(shown.json).toMatchObject({
      ...{ id: 'demo', name: 'demo', state: 'ready', phase: 'running', guest: 'demo', architecture: 'x86_64' },
      ...{ ready: true, boot: 1, accelerator: expect.any(String), failure: null },
      ports: [{ name: 'web', protocol: 'tcp', guest: 80, bind: '127.0.0.1', state: 'mapped' }],
      endpoints: expect.any(Array),
    });
    expect((await text('show', 'demo')).stdout).toMatch(/^demo {2}\[ready\]\n.*\nPorts\n.*\nCommand\n.*\nBoots\n/s);
  });

  it('pause, resume, reset', async () => {
    expect(await json('pause', 'demo')).toMatchObject({ code: 0, json: { state: 'paused' } });
    expect(await json('resume', 'demo')).toMatchObject({ code: 0, json: { phase: 'running' } });
    expect(await json('reset', 'demo')).toMatchObject({ code: 0, json: { phase: 'running', boot: 1 } });
  });

  it.each([
    ['that ends where a block does', 1_228_800],
    ['that ends anywhere', 1_228_801],
    ['larger than a whole answer', 3 * 1024 * 1024 + 7],
  ])('logs: what is kept after a hole %s, and how much is gone', async (_, hole) => {
    const boot = join(home, 'instances', 'demo', 'boots', '0001');
    const serial = await readFile(join(boot, 'serial.out'));
    const file = await open(join(boot, 'serial.out'), 'r+');
    try {
      await file.truncate(0);
      await file.truncate(hole);
      await file.write('line\n'.repeat(1000), hole);
      const logs = await text('logs', 'demo', '--boot', '1');
      expect(logs.stdout).toBe('line\n'.repeat(1000));
      expect(logs.stderr).toContain(`(the first ${hole} bytes are no longer kept)`);
      expect((await json('logs', 'demo', '--boot', '1')).json).toMatchObject({ bytes: 5000, dropped: hole });
    } finally {
      await file.close();
      await writeFile(join(boot, 'serial.out'), serial);
    }
  });

  it('logs: the bytes and nothing else', async () => {
    const serial = await readFile(join(home, 'instances', 'demo', 'boots', '0001', 'serial.out'), 'utf8');
    expect(await text('logs', 'demo')).toEqual({ code: 0, stdout: serial, stderr: '' });
    expect((await json('logs', 'demo')).json).toEqual({
      ...{ id: 'demo', boot: 1, file: 'serial', bytes: Buffer.byteLength(serial), text: serial },
    });
    expect((await json('logs', 'demo', '--engine')).json).toMatchObject({ file: 'engine', text: '' });
    const older = await text('logs', 'demo', '--boot', '7');
    expect(older).toMatchObject({ code: 1, stdout: '' });
    expect(older.stderr).toContain('These are: 1.');
    expect(await json('logs', 'demo', '--follow')).toMatchObject({ code: 2 });
  });

  it('console: all of a pipe is sent, the answer is shown, and it ends when the guest is quiet', async () => {
    const program = slipway.start(['console', 'demo'], { home });
    // Ctrl-] is a byte like any other in a pipe.
    program.child.stdin?.end('one\x1dtwo\r');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.stdout).toBe('one\x1dtwo\r');
    expect(await json('console', 'demo')).toMatchObject({ code: 2, json: { error: { code: 'invalid_input' } } });
  });

  it('console: a pipe waits for the guest; nothing of it is refused on the way', async () => {
    const lines = Array.from({ length: 250_000 }, (_, line) => `${String(line).padStart(15, '0')}\r`).join('');
    const program = slipway.start(['console', 'demo'], { home });
    program.child.stdin?.end(lines);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    const transcript = await readFile(join(home, 'instances', 'demo', 'boots', '0001', 'serial.out'), 'latin1');
    expect(transcript.endsWith(lines)).toBe(true);
  });

  it('restart boots it once more; then stop, which may be said twice', async () => {
    expect(await json('restart', 'demo')).toMatchObject({ code: 0, json: { state: 'ready', boot: 2 } });
    expect(await json('stop', 'demo')).toMatchObject({ code: 0, json: { state: 'stopped', boot: 2 } });
    expect(await text('console', 'demo')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('demo does not run'),
    });
    const again = await text('stop', 'demo');
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\[stopped\]/) });
    expect(again.stderr).toContain('does not run');
    expect(await json('restart', 'demo', '--timeout', '0')).toMatchObject({ code: 0, json: { boot: 3 } });
    expect(await json('stop', '--all', '--now')).toMatchObject({
      code: 0,
      json: { ok: {}, instances: [{ id: 'demo', state: 'stopped' }, { id: 'demo-2' }] },
    });
    expect((await text('pause', 'demo')).code).toBe(1);
  });

  it('start NAME with options changes what they say, and nothing else', async () => {
    expect(await json('start', 'demo', '--memory', '96')).toMatchObject({ code: 0, json: { boot: 4 } });
    const { json: shown } = await json('show', 'demo');
    expect(shown).toMatchObject({ spec: { device: { memoryMiB: 96 }, runtime: { binary: qemu } }, ports: [{}] });
    await text('stop', 'demo');
  });

  it('duplicate, rename and label, as people and machines read them', async () => {
    const copy = await json('duplicate', 'demo', 'twin');
    expect(copy).toMatchObject({ code: 0, json: { id: 'twin', name: 'twin', state: 'stopped', findings: [] } });
    expect(await json('rename', 'twin', 'a twin')).toMatchObject({ json: { id: 'twin', name: 'a twin' } });
    const labelled = await json('label', 'a twin', '--group', 'family', '--notes', 'the younger');
    expect(labelled).toMatchObject({ json: { id: 'twin', group: 'family', notes: 'the younger' } });
    expect((await text('label', 'twin')).stdout).toMatch(/a twin[\s\S]*group {2}family\n {2}notes {2}the younger\n$/);
    expect(await json('label', 'twin', '--group', '')).toMatchObject({ json: { group: '', notes: 'the younger' } });
    await json('delete', 'twin', '--yes');
  });

  it('delete and restore', async () => {
    const deleted = await json('delete', 'demo', '--yes');
    expect(deleted).toMatchObject({ code: 0, json: { id: 'demo', files: expect.any(Array) } });
    expect((await json('list')).json).toMatchObject([{ id: 'demo-2' }]);
    const { trash } = deleted.json as { trash: string };
    expect(await json('restore', trash)).toMatchObject({ code: 0, json: { id: 'demo', state: 'stopped' } });
    const { stdout } = await text('delete', 'demo', '-y');
    expect(stdout).toMatch(/^demo is in the trash until \d{4}-\d\d-\d\d\. Undo: slipway restore \S+_demo\n$/);
    expect((await text('restore', '../../etc')).code).toBe(1);
  });

  it('a port that is taken: the guest runs, and it is said which port failed and who has it', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    cleanups.add(() => void holder.close());
    await new Promise((resolve) => holder.once('listening', resolve));
    const address = holder.address();
    const busy = typeof address === 'object' && address !== null ? address.port : 0;
    const started = await text('start', '--demo', '--name', 'taken', '--qemu', qemu, '--port', `web:80:${busy}`);
    expect(started).toMatchObject({ code: 0, stdout: expect.stringContaining(`web 127.0.0.1:${busy} (failed)`) });
    expect(started.stderr).toContain('in use by');
    expect(started.stderr).toContain(`(pid ${process.pid})`);
    // Another process looks now: the one that tried to map it is gone.
    const { stdout } = await text('show', 'taken');
    expect(stdout).toContain(`(pid ${process.pid})`);
    expect((await text('stop', 'taken', '--now')).stdout).not.toContain(String(busy));
  });

  it('port add, list, check and remove, on a guest that runs and on one that does not', async () => {
    await text('start', '--demo', '--name', 'ports', '--qemu', qemu);
    const added = await json('port', 'add', 'ports', 'web:80');
    expect(added).toMatchObject({ code: 0, json: { name: 'web', state: 'mapped', host: expect.any(Number) } });
    const { host } = added.json as { host: number };
    expect((await text('port', 'list', 'ports')).stdout).toBe(`web  80/tcp  127.0.0.1:${host}    mapped\n`);
    expect(await json('port', 'list', '--probe')).toMatchObject({ code: 0, json: [{ name: 'web', guest: 80 }] });
    const checked = await text('port', 'check', `mine:80:${host}`, `other:81:${host}`, 'any:82');
    expect(checked.code).toBe(1);
    expect(checked.stdout).toMatch(/^mine {3}taken .*the guest "ports" .* Port \d+ is free\.$/m);
    expect(checked.stdout).toMatch(/^other {2}twice .*already used by the mapping "mine"/m);
    expect(checked.stdout).toMatch(/^any {4}free: one is chosen$/m);
    expect((await text('port', 'add', 'ports', `more:81:${host}`)).stderr).toContain('is in use by the guest "ports"');
    expect((await text('port', 'add', 'ports', 'web:81')).stderr).toContain('called "web" already');
    const removed = await text('port', 'remove', 'ports', 'web');
    expect(removed).toMatchObject({ code: 0, stdout: 'web is closed. Undo: slipway port add ports web:80\n' });
    await text('stop', 'ports', '--now');
    expect((await text('port', 'add', 'ports', `ssh:22:127.0.0.1:${host}`)).stdout).toContain('at the next launch');
    expect(await json('show', 'ports')).toMatchObject({ json: { spec: { host: { ports: [{ name: 'ssh', host }] } } } });
    expect((await text('port', 'remove', 'ports', 'nope')).stderr).toContain('It has: ssh.');
    expect((await text('port', 'frob')).code).toBe(2);
    expect((await text('port', 'add', 'ports', '8080:80')).code).toBe(2);
    await text('delete', 'ports', '--yes');
  });

  it('a guest that dies at once: what QEMU said is shown', async () => {
    const broken = await fakeQemuBinary({ exit: { code: 1, stderr: 'qemu-system-x86_64: -M x: unsupported\n' } });
    cleanups.add(() => broken.dispose());
    const failed = await text('start', '--demo', '--name', 'dies', '--qemu', broken.binary);
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toContain('slipway: ');
    expect(await json('start', '--demo', '--name', 'dies', '--qemu', broken.binary)).toMatchObject({
      code: 1,
      json: { error: { message: expect.any(String) } },
    });
  });
});

describe('files', () => {
  it("are looked for in the caller's directory", async () => {
    const directory = join(home, 'work');
    await mkdir(directory);
    await writeFile(join(directory, 'a b,c.rom'), Buffer.alloc(65536, 1));
    const started = await textIn(
      directory,
      ...['start', '--firmware', './a b,c.rom', '--qemu', qemu, '--timeout', '0', '--machine', 'json'],
    );
    expect(started).toMatchObject({ code: 0 });
    const { id, name } = JSON.parse(started.stdout);
    expect(name).toBe('a b,c.rom');
    const { json: shown } = await json('show', id);
    expect(shown).toMatchObject({ spec: { guest: { image: { file: join(directory, 'a b,c.rom') } } } });
    expect((await textIn(directory, 'start', '--kernel', 'nothing')).stderr).toContain(join(directory, 'nothing'));
    await text('stop', id, '--now');
  });
});

describe('the end of it', () => {
  it('a reader that has seen enough ends it without a word', async () => {
    await text('start', '--demo', '--name', 'flood', '--qemu', (await flooding()).binary, '--timeout', '0');
    for (const args of [
      ['logs', 'flood'],
      ['logs', 'flood', '--follow'],
      ['console', 'flood'],
    ]) {
      const program = slipway.start(args, { home });
      program.child.stdout?.once('data', () => program.child.stdout?.destroy());
      expect(await program.ended).toMatchObject({ signal: null });
      expect(program.stderr).not.toMatch(/EPIPE|Error/);
    }
    await text('stop', 'flood', '--now');
  });

  it('SIGINT while it waits for ready leaves the guest as it is, and says so', async () => {
    const silent = await fakeQemuBinary({ serial: [{ text: 'booting\r\n' }] });
    cleanups.add(() => silent.dispose());
    const program = slipway.start(['start', '--demo', '--name', 'slow', '--qemu', silent.binary], { home });
    await program.says('slow: running');
    program.child.kill('SIGINT');
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.stderr).toContain('Interrupted. slow stays as it is: running.');
    const late = await text('restart', 'slow', '--timeout', '5');
    expect(late).toMatchObject({ code: 1, stdout: '' });
    expect(late.stderr).toMatch(/slow was not ready in time\. It runs on\.\n {2}cause: Waiting for/);
    const soon = await text('restart', 'slow', '--timeout', '0.001');
    expect(soon.stderr).toMatch(/slow was not ready in time/);
    await text('stop', 'slow', '--now');
  });

  it('follows the log to the end of the boot', async () => {
    await text('start', '--demo', '--name', 'followed', '--qemu', qemu);
    const program = slipway.start(['logs', '-f', 'followed'], { home });
    await program.says('demo>');
    await text('stop', 'followed');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.stdout).toBe('fake guest\r\ndemo: ready\r\ndemo> ');
  });

  it('a home that cannot be one is said in words', async () => {
    const file = join(home, 'file');
    await writeFile(file, '');
    const program = slipway.start(['list', '--machine', 'json'], { home: file });
    expect(await program.ended).toMatchObject({ code: 1 });
    expect(JSON.parse(program.stdout)).toMatchObject({ error: { code: 'home_unusable' } });
  });

  it('works the same as a client of an owner that runs', async () => {
    const own = new CleanupStack();
    try {
      await openHome(await prepareHome(home), own);
      expect(await json('start', '--demo', '--name', 'client', '--qemu', qemu)).toMatchObject({ code: 0 });
      const program = slipway.start(['console', 'client'], { home });
      program.child.stdin?.end('hello\r');
      await program.ended;
      expect(program.stdout).toBe('hello\r');
      expect(await json('stop', 'client')).toMatchObject({ code: 0, json: { state: 'stopped' } });
    } finally {
      await own.close();
    }
  });
});

async function flooding() {
  const fake = await fakeQemuBinary({ flood: { bytes: null } });
  cleanups.add(() => fake.dispose());
  return fake;
}
