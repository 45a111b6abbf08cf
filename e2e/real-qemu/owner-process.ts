/** The core in a process of its own: an owner of the home that can be killed like any program. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll } from 'vitest';
import type { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import { openRemoteService } from '../../src-main/headless/remote-service.ts';
import { SessionClient } from '../../src-main/headless/session-client.ts';
import { exited, killNow } from '../fixtures/processes.ts';
import { asUser, checkout, generousMs, type SlipwayHome } from './slipway-under-test.ts';

/** As the product's own build does it, for CommonJS packages that call `require`. */
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

let built: Promise<string> | undefined;
let programDirectory: string | null = null;
// Once per test file, as the program is made.
afterAll(async () => {
  if (programDirectory !== null) await rm(programDirectory, { recursive: true, force: true });
});

/** The program as one file, made once per test file. Not the one in out/: that changes while somebody works. */
function ownerProgram(): Promise<string> {
  built ??= (async () => {
    const directory = await mkdtemp(join(tmpdir(), 'slipway-owner-'));
    programDirectory = directory;
    const outfile = join(directory, 'owner.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'owner-entry.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      banner: { js: requireBanner },
      logLevel: 'error',
    });
    // An owner that runs as another user has to read it.
    await chmod(directory, 0o755);
    return outfile;
  })();
  return built;
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

  /**
   * Resolves when it serves. `user`: as whom it runs, for root only. `within`: a command that runs it somewhere else,
   * such as `ip netns exec NAME`.
   */
  static async start(
    home: SlipwayHome,
    cleanups: CleanupStack,
    { user, within = [] }: { readonly user?: number | undefined; readonly within?: readonly string[] } = {},
  ): Promise<OwnerProcess> {
    const line = [...within, process.execPath, await ownerProgram(), home.home, join(checkout, 'assets')];
    const [program = process.execPath, ...args] = line;
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(user === undefined ? {} : { uid: user, gid: user }),
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
