import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import { systemClock } from '../kit/clock.ts';
import { becomeReady, type ReadinessContext } from './readiness.ts';

const cleanups = new CleanupStack();
afterEach(() => cleanups.close());

function contextFor(host: number, signal: AbortSignal) {
  const waited: string[] = [];
  const answering: string[] = [];
  const context: ReadinessContext = {
    signal,
    ports: () => [{ name: 'ssh', protocol: 'tcp', guest: 22, host, bind: '127.0.0.1', state: 'mapped', failure: null }],
    firstByte: async () => undefined,
    waitForSerial: async () => undefined,
    wait: (ms, until) => systemClock.wait(ms, until),
    onWaiting: (text) => waited.push(text),
    onAnswering: (name) => answering.push(name),
  };
  return { waited, answering, context };
}

/** Closes the first connection without a word, as a guest that is still booting can; answers the second. */
async function slowService(): Promise<number> {
  let connections = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    connections += 1;
    if (connections === 1) socket.destroy();
    else socket.end('SSH-2.0-slow\r\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.add(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('readiness', () => {
  it('says what the attempts met on the way, and is ready by bytes alone', async () => {
    const { waited, answering, context } = contextFor(await slowService(), AbortSignal.timeout(20_000));
    await becomeReady([{ kind: 'banner', port: 'ssh' }], context);
    expect(waited[0]).toBe('Waiting for the guest to answer on its ssh port.');
    expect(waited[1]).toMatch(/ssh port; last attempt: /);
    expect(answering).toEqual(['ssh']);
  });

  it('a command that fails is tried again, one that is not there ends the wait', async () => {
    const { waited, context } = contextFor(0, AbortSignal.timeout(20_000));
    await expect(
      becomeReady(
        [
          { kind: 'command', arguments: ['true'] },
          { kind: 'command', arguments: ['slipway-no-such-program'] },
        ],
        context,
      ),
    ).rejects.toMatchObject({ code: 'tool_missing' });
    expect(waited).toHaveLength(2);
  });

  it('a port that is not mapped can never answer', async () => {
    const { context } = contextFor(0, AbortSignal.timeout(20_000));
    await expect(becomeReady([{ kind: 'banner', port: 'http' }], context)).rejects.toMatchObject({
      code: 'timed_out',
      failure: { field: 'runtime.readiness' },
    });
  });
});
