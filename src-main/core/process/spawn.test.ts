import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, open, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { findByUuid, processState } from './identity.ts';
import { processExit, signalVerified } from './signal.ts';
import { spawnDetached } from './spawn.ts';

let directory: string;
let uuid: string;
let logPath: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spawn-'));
  uuid = randomUUID();
  logPath = join(directory, 'emulator.log');
});
afterEach(async () => {
  const left = await findByUuid(uuid);
  if (left !== null) {
    await signalVerified(left, 'SIGKILL');
    await processExit(left);
  }
  await rm(directory, { recursive: true, force: true });
});

const forever = 'setInterval(() => {}, 1000)';
const node = (script: string, ...more: string[]) => ({
  binary: process.execPath,
  args: ['-e', script, '--', '-uuid', uuid, ...more],
  cwd: directory,
  logPath,
});

/** A program of its own that starts a process as Slipway does, then does `more`. */
async function startStarter(more: string): Promise<ChildProcess> {
  const outfile = join(directory, 'spawn.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'spawn.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const program = `import { spawnDetached } from './spawn.mjs';
    await spawnDetached(${JSON.stringify(node(forever))});
    ${more}`;
  await writeFile(join(directory, 'starter.mjs'), program);
  return spawn(process.execPath, [join(directory, 'starter.mjs')], { stdio: 'ignore', detached: true });
}

describe('spawnDetached', () => {
  it('starts a process that can be known at once', async () => {
    const { pid, identity, exited } = await spawnDetached(node(forever));
    expect(identity).toMatchObject({ pid, uuid });
    expect(await processState(identity)).toBe('alive');
    expect(await findByUuid(uuid)).toEqual(identity);
    await signalVerified(identity, 'SIGTERM');
    expect(await exited).toEqual({ code: null, signal: 'SIGTERM' });
    expect(await processState(identity)).toBe('gone');
  });

  it('appends what the process says to a private file', async () => {
    await writeFile(logPath, 'before\n', { mode: 0o600 });
    const { exited } = await spawnDetached(
      node('console.log(process.cwd()); console.error("err"); process.exitCode = 3'),
    );
    expect(await exited).toEqual({ code: 3, signal: null });
    expect(await readFile(logPath, 'utf8')).toBe(`before\n${directory}\nerr\n`);
  });

  it('creates the log for the user alone', async () => {
    await (await spawnDetached(node(''))).exited;
    expect((await stat(logPath)).mode & 0o777).toBe(0o600);
  });

  it('knows a process that ended before it could be looked at', async () => {
    const { identity, exited } = await spawnDetached({
      binary: '/bin/true',
      args: ['-uuid', uuid],
      cwd: directory,
      logPath,
    });
    expect(await exited).toEqual({ code: 0, signal: null });
    expect(identity.startTicks).toBeGreaterThan(0);
    expect(await processState(identity)).toBe('gone');
  });

  it('hands over the allow-listed environment and what was added, as it is and without a shell', async () => {
    const script = 'console.log(JSON.stringify([process.env.ADDED, process.env.VITEST, process.argv.at(-1)]))';
    const { exited } = await spawnDetached({ ...node(script, '$HOME; "x"'), env: { ADDED: 'yes' } });
    await exited;
    expect(JSON.parse(await readFile(logPath, 'utf8'))).toEqual(['yes', null, '$HOME; "x"']);
  });

  it('inherits nothing that is open here', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const file = await open(join(directory, 'mine'), 'w');
    // A shell that stands still, because a shell that does something opens something.
    const args = ['-c', 'kill -STOP $$', 'sh', '-uuid', uuid];
    const { pid } = await spawnDetached({ binary: '/bin/sh', args, cwd: directory, logPath });
    await eventually(async () => (await readFile(`/proc/${pid}/stat`, 'utf8')).includes(') T '));
    const held = await Promise.all(
      (await readdir(`/proc/${pid}/fd`)).map((descriptor) => readlink(`/proc/${pid}/fd/${descriptor}`)),
    );
    await file.close();
    await new Promise((resolve) => server.close(resolve));
    expect([...new Set(held)].sort()).toEqual(['/dev/null', logPath]);
  });

  it('has a session of its own', async () => {
    const { pid } = await spawnDetached(node(forever));
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    // ppid is field 4; the process group and the session follow.
    expect(fields.slice(2, 4)).toEqual([String(pid), String(pid)]);
  });

  it('lets its starter end', async () => {
    const starter = await startStarter('');
    expect(await new Promise((resolve) => starter.once('exit', resolve))).toBe(0);
    expect(await findByUuid(uuid)).not.toBeNull();
  });

  it('does not hear the Ctrl-C that ends its starter', async () => {
    const starter = await startStarter(forever);
    await eventually(() => findByUuid(uuid));
    // What a terminal does on Ctrl-C: SIGINT to its foreground process group.
    process.kill(-(starter.pid ?? 0), 'SIGINT');
    await new Promise((resolve) => starter.once('exit', resolve));
    expect(await findByUuid(uuid)).not.toBeNull();
  });

  it('finds the uuid through a wrapper script', async () => {
    const wrapper = join(directory, 'qemu');
    await writeFile(wrapper, `#!/bin/sh\nexec "${process.execPath}" -e '${forever}' -- "$@"\n`);
    await chmod(wrapper, 0o755);
    const { identity } = await spawnDetached({ binary: wrapper, args: ['-uuid', uuid], cwd: directory, logPath });
    await eventually(async () => (await readFile(`/proc/${identity.pid}/comm`, 'utf8')).trim() === 'node');
    expect(await processState(identity)).toBe('alive');
    expect(await findByUuid(uuid)).toEqual(identity);
  });

  it('explains why nothing was started', async () => {
    const at = (binary: string, cwd = directory) => spawnDetached({ binary, args: ['-uuid', uuid], cwd, logPath });
    const plain = join(directory, 'plain');
    await writeFile(plain, 'not a program', { mode: 0o644 });
    await expect(at(join(directory, 'none'))).rejects.toMatchObject({ code: 'engine_missing' });
    await expect(at(plain)).rejects.toMatchObject({
      code: 'engine_missing',
      failure: { hint: expect.stringContaining('chmod') },
    });
    await expect(at(directory)).rejects.toMatchObject({ code: 'engine_missing' });
    await expect(at('/bin/true', join(directory, 'gone'))).rejects.toMatchObject({ code: 'file_missing' });
    await expect(spawnDetached({ binary: '/bin/true', args: [], cwd: directory, logPath })).rejects.toMatchObject({
      code: 'internal',
    });
  });
});
