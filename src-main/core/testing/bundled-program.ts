/**
 * A program of this checkout as a process of its own, for tests of what only processes can show. It is bundled the way
 * the product is, into a directory that is laid out like the product's, so that neither needs the other to be built.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { eventually } from './eventually.ts';

const checkout = join(import.meta.dirname, '../../..');

export interface BundledProgram {
  /** Absolute path of the bundle; `node PATH ARGUMENTS` runs it. */
  readonly entry: string;
  start(args: readonly string[], options?: { home?: string } & SpawnOptions): RunningProgram;
  dispose(): Promise<void>;
}

/** `source`: path of its entry in the checkout. */
export async function bundleProgram(source: string): Promise<BundledProgram> {
  const directory = await mkdtemp(join(tmpdir(), 'slipway-program-'));
  const entry = join(directory, 'main', basename(source).replace(/\.ts$/, '.mjs'));
  await build({
    absWorkingDir: checkout,
    entryPoints: [source],
    outfile: entry,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    define: { 'process.env.WS_NO_BUFFER_UTIL': '"1"', 'process.env.WS_NO_UTF_8_VALIDATE': '"1"' },
  });
  await symlink(join(checkout, 'assets'), join(directory, 'assets'));
  await mkdir(join(directory, 'renderer'));
  await writeFile(join(directory, 'renderer', 'index.html'), '<!doctype html><title>Slipway</title>');
  return {
    entry,
    start(args, { home, ...options } = {}) {
      const env = { ...process.env, ...(home === undefined ? {} : { SLIPWAY_HOME: home }), ...options.env };
      return new RunningProgram(spawn(process.execPath, [entry, ...args], { stdio: 'pipe', ...options, env }));
    },
    dispose: () => rm(directory, { recursive: true, force: true }),
  };
}

export interface ProgramEnd {
  /** null: a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What it says is collected from its first byte on. */
export class RunningProgram {
  readonly child: ChildProcess;
  /** Settles when it has ended and everything it said was read. */
  readonly ended: Promise<ProgramEnd>;
  stdout = '';
  stderr = '';
  #end: ProgramEnd | null = null;

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    // A program that ended does not read what is written to it.
    child.stdin?.on('error', () => undefined);
    this.ended = new Promise((resolve) =>
      child.once('close', (code, signal) => {
        this.#end = { code, signal };
        resolve(this.#end);
      }),
    );
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves when it said so on either stream; throws, with all it said, when it ended without. */
  async says(text: string | RegExp, timeoutMs = 20_000): Promise<void> {
    const said = () => {
      const all = this.stdout + this.stderr;
      return typeof text === 'string' ? all.includes(text) : text.test(all);
    };
    await eventually(() => said() || this.#end !== null, { timeoutMs }).catch(() => undefined);
    if (!said()) throw new Error(`it did not say ${text}, but:\n${this.stdout}${this.stderr}`);
  }

  /** Ends it if it has not ended, whatever it does. */
  async kill(): Promise<void> {
    if (this.#end === null) this.child.kill('SIGKILL');
    await this.ended;
  }
}
