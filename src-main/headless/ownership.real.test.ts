import { execFileSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { InstanceView } from '../../src-shared/model/instance.ts';
import { prepareHome } from '../core/home/prepare.ts';
import { CleanupStack } from '../core/kit/cleanup-stack.ts';
import { type BundledProgram, bundleProgram, type RunningProgram } from '../core/testing/bundled-program.ts';
import { eventually } from '../core/testing/eventually.ts';
import { tempHome } from '../core/testing/temp-home.ts';

const installed = spawnable('qemu-system-x86_64');
const generousMs = 30_000;

let slipway: BundledProgram;
let window: BundledProgram;
beforeAll(async () => {
  slipway = await bundleProgram('src-main/cli.ts');
  window = await bundleProgram('src-main/headless/testing/window-like.ts');
});
afterAll(async () => {
  await slipway.dispose();
  await window.dispose();
});

let cleanups: CleanupStack;
let home: string;
beforeEach(async () => {
  cleanups = new CleanupStack();
  const temporary = await tempHome();
  cleanups.add(() => temporary.dispose());
  home = temporary.home;
  cleanups.add(async () => void (await run('stop', '--all', '--now')));
});
afterEach(() => cleanups.close());

interface Done {
  readonly code: number | null;
  readonly json: unknown;
  readonly stderr: string;
}

async function run(...args: string[]): Promise<Done> {
  const program = slipway.start([...args, '--machine', 'json'], { home });
  program.child.stdin?.end();
  const { code } = await program.ended;
  const { stdout, stderr } = program;
  return { code, json: stdout === '' ? null : JSON.parse(stdout), stderr };
}

async function serve(): Promise<{ program: RunningProgram; url: URL }> {
  const program = slipway.start(['serve', '--machine', 'json'], { home });
  cleanups.add(() => program.kill());
  await program.says('}\n');
  return { program, url: new URL(JSON.parse(program.stdout).url) };
}

function openWindow(): RunningProgram {
  const program = window.start([home, join(import.meta.dirname, '../../assets')]);
  cleanups.add(() => program.kill());
  return program;
}

/** The page's session, as the page has it. */
class Page {
  readonly events: { type: string }[] = [];
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (answer: unknown) => void>();
  #next = 1;

  constructor(url: URL) {
    this.#socket = new WebSocket(`ws://${url.host}/session`);
    cleanups.add(() => this.#socket.terminate());
    this.#socket.on('message', (data) => this.#receive(JSON.parse(String(data))));
    this.#socket.on('open', () => this.#send({ type: 'token', token: url.hash.slice('#token='.length) }));
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  get ownerChanges(): number {
    return this.events.filter(({ type }) => type === 'ownerChanged').length;
  }

  async call(name: string, input: unknown = {}): Promise<unknown> {
    await eventually(() => this.isOpen);
    const id = this.#next++;
    this.#send({ type: 'call', id, name, input });
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }

  #send(message: unknown): void {
    this.#socket.send(JSON.stringify(message));
  }

  #receive(message: { type: string; id?: number; event?: { type: string } }): void {
    if (message.event !== undefined) this.events.push(message.event);
    if (message.id !== undefined) this.#answers.get(message.id)?.(message);
  }
}

const listed = async () => (await run('list')).json as { name: string; state: string; pid: number; boot: number }[];
const ownerOf = async (): Promise<{ kind: string; pid: number }> => {
  const { openRemoteService } = await import('./remote-service.ts');
  const { SessionClient } = await import('./session-client.ts');
  const { asUser } = await import('./testing/open-home.ts');
  const remote = await openRemoteService(await prepareHome(home));
  const client = SessionClient.over(remote, asUser);
  try {
    return await client.call('owner.describe', {});
  } finally {
    client.close();
    await remote.close();
  }
};

describe.skipIf(!installed)('one home, several processes [needs qemu-system-x86_64]', () => {
  it('the command line is a client of a server, also in a deep home', async () => {
    home = join(home, 'd'.repeat(120), 'e'.repeat(120));
    await mkdir(home, { recursive: true });
    const { program } = await serve();
    expect(await ownerOf()).toEqual({ kind: 'web', pid: program.pid });
    expect(await run('start', '--demo')).toMatchObject({ code: 0, json: { name: 'demo', state: 'ready' } });
    expect(await listed()).toMatchObject([{ name: 'demo', state: 'ready' }]);
    const console = slipway.start(['console', 'demo'], { home });
    console.child.stdin?.end('uptime\r');
    expect(await console.ended).toMatchObject({ code: 0 });
    expect(console.stdout).toMatch(/uptime\r\nup \d+\.\d+ s/);
    expect(await run('stop', 'demo')).toMatchObject({ code: 0, json: { state: 'stopped' } });
    expect(await ownerOf()).toEqual({ kind: 'web', pid: program.pid });
  });

  it('a window takes the home from a server and gives it back; page and guests go on', async () => {
    const { program, url } = await serve();
    const page = new Page(url);
    await run('start', '--demo');
    const [before] = await listed();
    const newcomer = openWindow();
    await newcomer.says('owns');
    await eventually(() => page.ownerChanges === 1, { timeoutMs: generousMs });
    const answer = (await page.call('instance.list')) as { value: InstanceView[] };
    expect(answer.value).toMatchObject([{ name: 'demo', status: { phase: 'running', pid: before?.pid } }]);
    expect(await ownerOf()).toEqual({ kind: 'window', pid: newcomer.pid });

    const second = openWindow();
    await second.says('already open');
    expect((await second.ended).code).toBe(1);
    await newcomer.says('in front');

    newcomer.child.stdin?.write('leave\n');
    await newcomer.ended;
    await eventually(() => page.ownerChanges === 2, { timeoutMs: generousMs });
    expect(await ownerOf()).toEqual({ kind: 'web', pid: program.pid });
    expect(await page.call('instance.list')).toMatchObject({ value: [{ status: { pid: before?.pid } }] });
    expect(page.isOpen).toBe(true);
    expect(await listed()).toMatchObject([{ state: 'ready', pid: before?.pid, boot: 1 }]);
  });

  it('kill -9 of the owner: who was its client owns or joins, and the guest has not noticed', async () => {
    const newcomer = openWindow();
    await newcomer.says('owns');
    const { url, program } = await serve();
    const page = new Page(url);
    await run('start', '--demo');
    const [before] = await listed();
    const follower = slipway.start(['logs', '--follow', 'demo'], { home });
    cleanups.add(() => follower.kill());
    await follower.says('demo>');
    await newcomer.kill();
    await eventually(() => page.ownerChanges === 1, { timeoutMs: generousMs });
    expect(await page.call('instance.list')).toMatchObject({ value: [{ status: { pid: before?.pid } }] });
    expect([program.pid, follower.pid]).toContain((await ownerOf()).pid);
    const typed = slipway.start(['console', 'demo'], { home });
    typed.child.stdin?.end('poweroff\r');
    await typed.ended;
    // The same follower saw the boot from its first byte to its last, once.
    expect(await follower.ended).toMatchObject({ code: 0 });
    const transcript = await readFile(join(home, 'instances', 'demo', 'boots', '0001', 'serial.out'), 'utf8');
    expect(follower.stdout).toBe(transcript);
    expect(transcript).toContain('poweroff');
  });

  it('many that start at once: each boots its guest, whoever owns the home meanwhile', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const all = await Promise.all(names.map((name) => run('start', '--demo', '--name', name)));
    expect(all).toMatchObject(names.map((name) => ({ code: 0, json: { name, state: 'ready', boot: 1 } })));
    expect((await listed()).map(({ state }) => state)).toEqual(['ready', 'ready', 'ready', 'ready']);
    const looks = await Promise.all(names.map(() => run('list')));
    for (const look of looks) expect(look).toMatchObject({ code: 0, json: names.map((name) => ({ name })) });
  });

  it('servers and windows that start at once: exactly one owner', async () => {
    const servers = await Promise.all([serve(), serve(), serve()]);
    const owner = await ownerOf();
    expect(servers.map(({ program }) => program.pid)).toContain(owner.pid);
    const windows = [openWindow(), openWindow()];
    await Promise.all(windows.map((each) => each.says(/owns|already open/, generousMs)));
    expect(windows.filter(({ stdout }) => stdout.includes('owns'))).toHaveLength(1);
    expect((await ownerOf()).kind).toBe('window');
    const pages = servers.map(({ url }) => new Page(url));
    for (const page of pages) expect(await page.call('instance.list')).toMatchObject({ type: 'result' });
  });

  it('an owner that is suspended is named, in bounded time', async () => {
    const { program } = await serve();
    program.child.kill('SIGSTOP');
    const startedAt = performance.now();
    const { code, json, stderr } = await run('list');
    expect(performance.now() - startedAt).toBeLessThan(8000);
    expect({ code, json }).toMatchObject({ code: 1, json: { error: { code: 'owner_busy' } } });
    expect(stderr).toContain(`kill -CONT ${program.pid}`);
    const newcomer = openWindow();
    await newcomer.says('suspended');
    program.child.kill('SIGCONT');
    expect(await listed()).toEqual([]);
  });

  it('an interrupt ends the wait for an owner that hangs', async () => {
    const { program } = await serve();
    program.child.kill('SIGSTOP');
    const waiting = slipway.start(['list'], { home });
    // It is connected once the suspended owner's socket has a second peer; nothing else can be seen of it.
    await eventually(async () => (await connectionsTo('service.sock')) > 0);
    waiting.child.kill('SIGINT');
    expect(await waiting.ended).toMatchObject({ code: 1 });
    expect(waiting.stderr).toContain('Interrupted');
    program.child.kill('SIGCONT');
  });

  it('a server prints one line of JSON and ends on SIGTERM and SIGINT, guests live on', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { program, url } = await serve();
      const page = new Page(url);
      await run('start', 'demo').then(({ code }) => (code === 0 ? null : run('start', '--demo')));
      await page.call('instance.list');
      const [before] = await listed();
      const startedAt = performance.now();
      program.child.kill(signal);
      expect(await program.ended).toEqual({ code: 0, signal: null });
      // A second on a machine that is not busy with other tests.
      expect(performance.now() - startedAt).toBeLessThan(3000);
      expect(program.stdout.split('\n')).toHaveLength(2);
      expect(program.stderr).toBe('');
      await eventually(() => !page.isOpen);
      expect(await listed()).toMatchObject([{ state: 'ready', pid: before?.pid }]);
      await run('stop', 'demo', '--now');
    }
  });
});

async function connectionsTo(name: string): Promise<number> {
  const rows = (await readFile('/proc/net/unix', 'utf8')).split('\n').filter((row) => row.endsWith(`${home}/${name}`));
  // One row is the listening socket; each connection adds one.
  return rows.length - 1;
}

function spawnable(binary: string): boolean {
  try {
    execFileSync(binary, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
