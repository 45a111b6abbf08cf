import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hostProcesses } from './host-processes.ts';
import { isDead } from './process-table.ts';
import { runTool, toolEnvironment } from './run-tool.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'run-tool-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const node = (script: string): [string, string[]] => [process.execPath, ['-e', script]];

/** Not one that has ended and is not buried: the first process of a container buries nobody. */
function isAlive(pid: number): boolean {
  return !isDead(hostProcesses.statNow(pid));
}

describe('toolEnvironment', () => {
  it('keeps only what host tools need', () => {
    const result = toolEnvironment(
      {
        PATH: '/bin',
        LC_ALL: 'C',
        https_proxy: 'p',
        NO_PROXY: 'n',
        SSH_AUTH_SOCK: '/s',
        NODE_OPTIONS: 'x',
        TZ: undefined,
      },
      { EXTRA: '1' },
    );
    expect(result).toEqual({ PATH: '/bin', LC_ALL: 'C', https_proxy: 'p', NO_PROXY: 'n', EXTRA: '1' });
  });
});

describe('runTool', () => {
  it('returns the exit code and both streams', async () => {
    const pieces: string[] = [];
    const result = await runTool(...node('console.log("out"); console.error("err"); process.exitCode = 3'), {
      onOutput: (piece) => pieces.push(`${piece.stream}:${piece.text}`),
    });
    expect(result).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' });
    expect(pieces.sort()).toEqual(['stderr:err\n', 'stdout:out\n']);
  });

  it('passes arguments as they are, without a shell', async () => {
    const hostile = '$(touch x); "quoted" *';
    const result = await runTool(process.execPath, ['-p', 'process.argv[1]', hostile]);
    expect(result.stdout).toBe(`${hostile}\n`);
  });

  it('says which tool is missing', async () => {
    await expect(runTool('slipway-no-such-tool', [])).rejects.toMatchObject({ code: 'tool_missing' });
  });

  it('tells a missing folder from a missing tool', async () => {
    await expect(runTool(process.execPath, ['-v'], { cwd: join(directory, 'gone') })).rejects.toMatchObject({
      code: 'file_missing',
    });
  });

  it('does not start anything when it is already cancelled', async () => {
    await expect(runTool(...node(''), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('ends the whole process group on abort', async () => {
    const pidFile = join(directory, 'pids');
    const controller = new AbortController();
    const running = runTool(
      ...node(`
        const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
        require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, process.pid + ' ' + child.pid);
        setInterval(() => {}, 1000);`),
      { signal: controller.signal },
    );
    const pids = await vi.waitFor(
      async () => {
        const found = (await readFile(pidFile, 'utf8')).split(' ').map(Number);
        expect(found).toHaveLength(2);
        return found;
      },
      { timeout: 10_000 },
    );
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 5000 });
  });

  it('kills a tool that ignores SIGTERM', async () => {
    const script = 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)';
    const controller = new AbortController();
    const running = runTool(...node(script), { signal: controller.signal, onOutput: () => controller.abort() });
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('stops at the deadline', async () => {
    await expect(runTool(...node('setInterval(() => {}, 1000)'), { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'timed_out',
    });
  });

  it('stops a tool that prints without end', async () => {
    const endless = 'const w = () => process.stdout.write("x".repeat(65536), w); w()';
    await expect(runTool(...node(endless), { maxOutputBytes: 200_000 })).rejects.toMatchObject({ code: 'internal' });
  });
});
