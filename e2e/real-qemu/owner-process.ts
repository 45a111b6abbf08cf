/** `slipway serve` in a process of its own: an owner of the home that can be killed like any program. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import { openRemoteService } from '../../src-main/headless/remote-service.ts';
import { SessionClient } from '../../src-main/headless/session-client.ts';
import { exited, killNow } from '../fixtures/processes.ts';
import { asUser, checkout, generousMs, type SlipwayHome } from './slipway-under-test.ts';

const run = promisify(execFile);

/** Brings out/ up to date, once per test file; resolves to the command line's entry. */
export async function builtCommandLine(): Promise<string> {
  await run(process.execPath, [join(checkout, 'scripts', 'slipway.mjs'), '--version']);
  return join(checkout, 'out', 'main', 'cli.js');
}

/** Runs one command to its end. `json` is what `--machine json` printed. */
export async function slipway(
  home: SlipwayHome,
  args: readonly string[],
): Promise<{ code: number; json: unknown; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [await builtCommandLine(), ...args, '--machine', 'json'], {
    env: { ...process.env, SLIPWAY_HOME: home.home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)));
  return { code, json: stdout.trim() === '' ? null : JSON.parse(stdout), stdout, stderr };
}

export class OwnerProcess {
  readonly #child: ChildProcess;
  readonly #home: SlipwayHome;
  readonly #cleanups: CleanupStack;

  private constructor(child: ChildProcess, home: SlipwayHome, cleanups: CleanupStack) {
    this.#child = child;
    this.#home = home;
    this.#cleanups = cleanups;
  }

  /** Resolves when it serves. */
  static async start(home: SlipwayHome, cleanups: CleanupStack): Promise<OwnerProcess> {
    const entry = join(checkout, 'out', 'main', 'cli.js');
    const child = spawn(process.execPath, [entry, 'serve', '--port', '0', '--machine', 'json'], {
      env: { ...process.env, SLIPWAY_HOME: home.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const owner = new OwnerProcess(child, home, cleanups);
    cleanups.add(() => owner.kill());
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(() => reject(new Error(`the owner does not serve: ${said}`)), generousMs);
      createInterface({ input: child.stdout }).once('line', () => {
        clearTimeout(deadline);
        resolve();
      });
      child.once('exit', (code) => {
        clearTimeout(deadline);
        reject(new Error(`the owner ended with ${code}: ${said}`));
      });
    });
    return owner;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** A session over its socket. */
  async client(): Promise<SessionClient> {
    const service = await openRemoteService(this.#home.paths);
    const client = SessionClient.over(service, asUser);
    this.#cleanups.add(async () => {
      client.close();
      await service.close();
    });
    return client;
  }

  /** `kill -9`; resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await killNow(this.#child);
  }

  /** As Ctrl-C in its terminal; throws when it does not go. */
  async end(): Promise<void> {
    this.#child.kill('SIGTERM');
    if (!(await exited(this.#child, 10_000))) throw new Error('the owner did not end within 10 s of SIGTERM');
  }
}
