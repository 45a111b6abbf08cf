/**
 * A fake QEMU for tests: a real process on real sockets whose guest and faults are a script. What it can be made to do
 * is the type below; how it does it is fake-qemu-program.mjs.
 */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FakeQemuScript {
  /** As `-version` and QMP say it. */
  readonly version?: string;
  /** Replaces what `-accel help`, `-machine help` and `-device help` print. */
  readonly help?: { readonly accel?: string; readonly machine?: string; readonly device?: string };
  /** Ends before it has opened anything. */
  readonly exit?: { readonly code: number; readonly stderr: string };
  /** `never`: accepts and is silent. `close`: accepts and hangs up. */
  readonly greeting?:
    | { readonly state: 'normal'; readonly delayMs?: number }
    | { readonly state: 'never' }
    | { readonly state: 'close' };
  /** Said by QMP instead of the one on the command line. */
  readonly uuid?: string;
  /** Said by query-status instead of the truth: `guest-panicked`, `io-error`, … */
  readonly status?: string;
  /** What it takes without effect; `reply:<command>` is never even answered. */
  readonly ignore?: readonly ('system_powerdown' | 'quit' | 'SIGTERM' | 'SIGINT' | 'SIGHUP' | `reply:${string}`)[];
  /** QMP commands that are answered with an error: to the nth client and later ones, after so many good answers to each. */
  readonly refuses?: Readonly<Record<string, { readonly fromConnection: number; readonly afterAnswers: number }>>;
  /** How long the guest takes to switch itself off. */
  readonly powerdownMs?: number;
  /** What the guest says while it runs, each piece so long after the one before; again after a reset. */
  readonly serial?: readonly {
    readonly text: string;
    readonly afterMs?: number;
    /** What the machine does when that was said: `reset` begins it anew, `end` is the same under -no-reboot. */
    readonly does?: 'reset' | 'end' | 'panicked';
  }[];
  /** The guest says what it hears. */
  readonly echo?: boolean;
  /** After `serial`, numbered lines as fast as it goes, `bytes` of them or without end. */
  readonly flood?: { readonly bytes: number | null };
  /** After `serial`, so many numbered lines at a time, without end. */
  readonly chat?: { readonly everyMs: number; readonly lines: number };
  readonly dieAfterMs?: number;
  readonly dieAfterSerialBytes?: number;
  /** `SIGKILL` (default), or `exit` with `dieCode` (default 1) and `dieStderr`. Sockets and pid file stay either way. */
  readonly dieWith?: 'SIGKILL' | 'exit';
  readonly dieCode?: number;
  readonly dieStderr?: string;
  /** By port of the guest: what a connection to a mapping of it is greeted with. */
  readonly banners?: Readonly<Record<number, { readonly text: string; readonly afterMs?: number }>>;
  /** Ports of the guest where no program listens: connections are taken and closed at once. */
  readonly deafPorts?: readonly number[];
  /** `hostfwd_remove` says that it did, and did not. */
  readonly keepsForwards?: boolean;
}

export interface FakeQemu {
  /** Absolute path of an executable that takes QEMU's arguments. */
  readonly binary: string;
  /** From the next start on. */
  rewrite(script: FakeQemuScript): Promise<void>;
  /** Removes the program, not the processes that were started with it. */
  dispose(): Promise<void>;
}

/** A shell wrapper, so that `-uuid` is in the command line just as it was given. `name` as QEMU's binaries are called. */
export async function fakeQemuBinary(script: FakeQemuScript = {}, name = 'qemu-system-x86_64'): Promise<FakeQemu> {
  const { binary, rewrite, dispose } = await wrapper(script, name, 'fake-qemu-program.mjs');
  return { binary, rewrite, dispose };
}

export interface FakeAemu extends FakeQemu {
  /** What it was started with last, after its own script. */
  argv(): Promise<string[]>;
}

/** The Android emulator: refuses options that it does not have, or that are on the wrong side of `-fuchsia`. */
export async function fakeAemuBinary(script: FakeQemuScript = {}): Promise<FakeAemu> {
  const { directory, binary, rewrite, dispose } = await wrapper(script, 'aemu', 'fake-aemu-program.mjs');
  const argv = async (): Promise<string[]> => JSON.parse(await readFile(join(directory, 'argv.json'), 'utf8'));
  return { binary, rewrite, dispose, argv };
}

async function wrapper(script: FakeQemuScript, name: string, programName: string) {
  const directory = await mkdtemp(join(tmpdir(), 'fake-qemu-'));
  const scriptPath = join(directory, 'script.json');
  const binary = join(directory, name);
  const program = join(import.meta.dirname, programName);
  const rewrite = (next: FakeQemuScript) => writeFile(scriptPath, JSON.stringify(next));
  await rewrite(script);
  await writeFile(binary, `#!/bin/sh\nexec "${process.execPath}" "${program}" --script "${scriptPath}" "$@"\n`);
  await chmod(binary, 0o755);
  return { directory, binary, rewrite, dispose: () => rm(directory, { recursive: true, force: true }) };
}
