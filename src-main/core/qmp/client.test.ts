import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { runTool } from '../process/run-tool.ts';
import { eventually } from '../testing/eventually.ts';
import { QmpClient } from './client.ts';
import { queryStatus, quit } from './commands.ts';

const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "x"}, "capabilities": ["oob"]}}';

let cleanups: CleanupStack;
let directory: string;
const unhandled = vi.fn();
beforeEach(async () => {
  cleanups = new CleanupStack();
  directory = await mkdtemp(join(tmpdir(), 'qmp-'));
  cleanups.add(() => rm(directory, { recursive: true, force: true }));
  process.on('unhandledRejection', unhandled);
});
afterEach(async () => {
  await cleanups.close();
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

type Message = { execute: string; id: number; arguments?: Record<string, unknown> };

/** A server that greets and answers by hand; `answer` gets each command after the negotiation. */
async function serve(
  answer: (message: Message, reply: (text: string) => void, socket: Socket) => void,
  onConnect: (socket: Socket) => void = (socket) => void socket.write(`${greeting}\r\n`),
): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnect(socket);
    socket.setEncoding('utf8').on('data', (text) => {
      for (const line of String(text).trim().split('\r\n')) {
        const message: Message = JSON.parse(line);
        if (message.execute === 'qmp_capabilities') socket.write(`{"return": {}, "id": ${message.id}}\r\n`);
        else answer(message, (reply) => socket.write(reply), socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(join(directory, 'qmp'), resolve));
  cleanups.add(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return server;
}

const target = () => ({ directory, name: 'qmp' });

async function connected(options: Parameters<typeof QmpClient.connect>[1] = {}): Promise<QmpClient> {
  const client = await QmpClient.connect(target(), options);
  cleanups.add(() => client.end());
  return client;
}

describe('probe', () => {
  it('tells what is there', async () => {
    expect(await QmpClient.probe(target())).toMatchObject({ state: 'absent' });
    expect(await QmpClient.probe({ directory: join(directory, 'none'), name: 'qmp' })).toMatchObject({
      state: 'absent',
    });
    await writeFile(join(directory, 'qmp'), '');
    expect(await QmpClient.probe({ path: join(directory, 'qmp') })).toMatchObject({ state: 'refused' });
    await rm(join(directory, 'qmp'));
    await serve(() => undefined);
    const probe = await QmpClient.probe(target());
    expect(probe).toMatchObject({
      state: 'greeted',
      client: { greeting: { version: { major: 7, minor: 2, micro: 22 } } },
    });
    if (probe.state === 'greeted') await probe.client.end();
  });

  it('does not wait for ever for a greeting', async () => {
    await serve(
      () => undefined,
      () => undefined,
    );
    expect(await QmpClient.probe(target(), { greetingMs: 50 })).toMatchObject({ state: 'silent' });
    await expect(QmpClient.connect(target(), { greetingMs: 50 })).rejects.toMatchObject({
      code: 'qmp_unavailable',
      failure: { cause: 'silent' },
    });
  });

  it('does not wait for one that never comes', async () => {
    await serve(
      () => undefined,
      (socket) => socket.end(),
    );
    expect(await QmpClient.probe(target())).toMatchObject({ state: 'refused' });
  });

  it.each(['HTTP/1.1 400 Bad Request\r\n\r\n', '{"hello": 1}'])('knows what is not QMP: %j', async (text) => {
    await serve(
      () => undefined,
      (socket) => void socket.write(text),
    );
    await expect(QmpClient.probe(target())).rejects.toMatchObject({ code: 'qmp_unavailable' });
  });

  it('can be cancelled while it waits', async () => {
    const controller = new AbortController();
    await serve(
      () => undefined,
      () => controller.abort(),
    );
    await expect(QmpClient.probe(target(), { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    await expect(QmpClient.probe(target(), { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('execute', () => {
  it('gives each call its own reply, whatever the order', async () => {
    const replies: string[] = [];
    await serve(({ id, execute }, reply) => {
      replies.unshift(`{"return": "${execute}", "id": ${id}}`);
      if (replies.length === 3) reply(replies.join('\n'));
    });
    const client = await connected();
    expect(await Promise.all(['a', 'b', 'c'].map((name) => client.execute(name)))).toEqual(['a', 'b', 'c']);
  });

  it('says what QEMU says when it refuses', async () => {
    await serve(({ id }, reply) =>
      reply(`{"id": ${id}, "error": {"class": "CommandNotFound", "desc": "no such thing"}}`),
    );
    await expect((await connected()).execute('nonsense')).rejects.toMatchObject({
      code: 'qmp_error',
      message: 'QEMU refused nonsense: no such thing',
      failure: { cause: 'CommandNotFound', raw: 'no such thing' },
    });
  });

  it('has a deadline, after which a reply is nobody’s', async () => {
    let late = '';
    await serve(({ id, execute }, reply) => {
      if (execute === 'slow') late = `{"return": "late", "id": ${id}}`;
      else reply(`${late}{"return": "quick", "id": ${id}}`);
    });
    const client = await connected();
    await expect(client.execute('slow', {}, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'timed_out' });
    expect(await client.execute('quick')).toBe('quick');
  });

  it('can be cancelled', async () => {
    const controller = new AbortController();
    await serve(() => controller.abort());
    const client = await connected();
    await expect(client.execute('slow', {}, { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    await expect(client.execute('slow', {}, { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('fails every waiting call when the connection is lost, and every later one', async () => {
    await serve(({ execute }, _, socket) => {
      if (execute === 'b') socket.destroy();
    });
    const client = await connected();
    const calls = ['a', 'b'].map((name) => client.execute(name));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'connection_lost' } },
      { status: 'rejected', reason: { code: 'connection_lost' } },
    ]);
    expect((await client.closed).failure).toMatchObject({ code: 'connection_lost' });
    expect(client.isClosed).toBe(true);
    await expect(client.execute('c')).rejects.toMatchObject({ code: 'connection_lost' });
  });

  it('fails them too when this side ends it, which is no failure', async () => {
    await serve(() => undefined);
    const client = await connected();
    const call = client.execute('a');
    const outcome = expect(call).rejects.toMatchObject({ code: 'connection_lost' });
    await client.end();
    await client.end();
    await outcome;
    expect(await client.closed).toEqual({ failure: null });
  });

  it('ends on something that is not QMP', async () => {
    await serve((_, reply) => reply('garbage '));
    const client = await connected();
    await expect(client.execute('a')).rejects.toMatchObject({ code: 'qmp_error' });
    expect((await client.closed).failure).toMatchObject({ code: 'qmp_error' });
  });

  it('checks the shape of what commands give', async () => {
    await serve(({ id }, reply) => reply(`{"return": {"running": "yes"}, "id": ${id}}`));
    await expect(queryStatus(await connected())).rejects.toMatchObject({ code: 'qmp_error' });
  });

  it('takes a lost connection for the success of quit', async () => {
    await serve((_message, _reply, socket) => socket.destroy());
    await quit(await connected());
  });
});

describe('events', () => {
  const event = (name: string) =>
    `{"timestamp": {"seconds": 1795445213, "microseconds": 517125}, "event": "${name}"}\r\n`;

  it('are heard from the first on, in order, between replies', async () => {
    const heard: string[] = [];
    await serve(
      ({ id }, reply) => reply(`${event('RESUME')}{"return": {}, "id": ${id}}${event('STOP')}`),
      (socket) => void socket.write(greeting + event('POWERDOWN')),
    );
    const client = await connected({ onEvent: ({ event: name }) => heard.push(name) });
    await client.execute('cont');
    await eventually(() => heard.length === 3);
    expect(heard).toEqual(['POWERDOWN', 'RESUME', 'STOP']);
  });

  it('carry their data and their time', async () => {
    await serve((_, reply) =>
      reply(
        event('STOP') +
          '{"timestamp": {"seconds": -1, "microseconds": -1}, "event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-shutdown"}}',
      ),
    );
    const client = await connected();
    const heard: unknown[] = [];
    client.events.on((each) => heard.push(each));
    void client.execute('a').catch(() => undefined);
    await eventually(() => heard.length === 2);
    expect(heard).toEqual([
      { event: 'STOP', data: {}, timestamp: 1795445213517.125 },
      { event: 'SHUTDOWN', data: { guest: true, reason: 'guest-shutdown' }, timestamp: null },
    ]);
  });
});

it('lets a process end that only holds an idle connection', async () => {
  await serve(({ id }, reply) => reply(`{"return": "pong", "id": ${id}}`));
  const outfile = join(directory, 'client.mjs');
  const entry = join(import.meta.dirname, 'client.ts');
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm' });
  const program = join(directory, 'program.mjs');
  await writeFile(
    program,
    `import { QmpClient } from './client.mjs';
     const client = await QmpClient.connect({ path: ${JSON.stringify(join(directory, 'qmp'))} });
     client.unref();
     console.log(await client.execute('ping'));`,
  );
  const result = await runTool(process.execPath, [program], { timeoutMs: 10_000 });
  expect(result).toMatchObject({ code: 0, stdout: 'pong\n' });
});
