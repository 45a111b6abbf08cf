/**
 * What a QEMU binary can do, found by asking it. Owns the questions, their deadlines and the cache of the answers. Must
 * never start a guest: every question makes QEMU print and exit.
 */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import { type Architecture, architectureSchema } from '../../../../src-shared/model/engine.ts';
import { readJson, writeJsonAtomically } from '../../kit/atomic-file.ts';
import { SerialQueue } from '../../kit/serial-queue.ts';
import { SingleFlight } from '../../kit/single-flight.ts';
import { runTool, type ToolResult } from '../../process/run-tool.ts';
import type { EngineCapabilities } from '../engine.ts';
import { sandboxValue } from '../qemu-based/sections/sandbox.ts';
import {
  architectureOf,
  parseAccelerators,
  parseCpus,
  parseDevices,
  parseMachines,
  parseVersion,
} from './capability-text.ts';

/** Each question takes 20 to 50 ms; a program that needs longer than this is not QEMU, or the host is stuck. */
const questionMs = 5000;
/** `-accel`, node names for pflash and the built-in entropy source exist from here on. */
const oldestVersion = [4, 2] as const;

const capabilitiesSchema = z.strictObject({
  binary: z.string(),
  architecture: architectureSchema,
  version: z.string(),
  versionNumbers: z.tuple([z.number(), z.number(), z.number()]),
  accelerators: z.array(z.string()),
  machines: z.array(z.strictObject({ name: z.string(), description: z.string(), isDefault: z.boolean() })),
  devices: z.array(z.string()),
  cpus: z.array(z.string()),
  sandbox: z.boolean(),
});
const cacheSchema = z.strictObject({ version: z.literal(1), binaries: z.record(z.string(), capabilitiesSchema) });

export interface CapabilityProbe {
  /**
   * Answers from memory, from the cache file, or by asking the binary. `path` is absolute.
   *
   * @throws SlipwayError `engine_unsuitable` when it is no QEMU, too old, or does not answer; raw text is what it said.
   */
  probe(path: string): Promise<EngineCapabilities>;
}

export function createCapabilityProbe(cacheFile: string, timeoutMs: number = questionMs): CapabilityProbe {
  const known = new Map<string, EngineCapabilities>();
  const flights = new SingleFlight<EngineCapabilities>();
  const writes = new SerialQueue();

  const probe = async (path: string): Promise<EngineCapabilities> => {
    const key = await keyOf(path);
    const remembered = known.get(key) ?? (await readCache(cacheFile))[key];
    const capabilities = remembered ?? (await flights.run(key, () => ask(path, timeoutMs)));
    if (remembered === undefined) await writes.run(cacheFile, () => addToCache(cacheFile, key, capabilities));
    known.set(key, capabilities);
    return capabilities;
  };
  return { probe };
}

/** A rebuilt or upgraded binary has another key, so an answer is never older than what it is about. */
async function keyOf(path: string): Promise<string> {
  const facts = await stat(path, { bigint: true });
  return `${path} ${facts.size} ${facts.mtimeNs}`;
}

async function readCache(file: string): Promise<Readonly<Record<string, EngineCapabilities>>> {
  const cache = await readJson(file, cacheSchema);
  return cache.state === 'ok' ? cache.value.binaries : {};
}

/** A cache that cannot be written costs the next start 50 ms and is nobody's problem. */
async function addToCache(file: string, key: string, capabilities: EngineCapabilities): Promise<void> {
  const others = Object.entries(await readCache(file)).filter(([, entry]) => entry.binary !== capabilities.binary);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeJsonAtomically(file, { version: 1, binaries: { ...Object.fromEntries(others), [key]: capabilities } });
  } catch {
    // See above.
  }
}

async function ask(path: string, timeoutMs: number): Promise<EngineCapabilities> {
  const run = (...args: string[]) => question(path, args, timeoutMs);
  // The version first and alone: what is not QEMU is asked one harmless thing, not six.
  const versionText = await run('-version');
  const version = parseVersion(versionText.stdout);
  if (version === null) {
    const cause =
      versionText.code === 0
        ? 'Asked for its version it said something else.'
        : `Asked for its version it exited with ${versionText.code}.`;
    throw unsuitable(`${path} is not a working QEMU emulator.`, cause, said(versionText));
  }
  const [major, minor] = version.numbers;
  if (major < oldestVersion[0] || (major === oldestVersion[0] && minor < oldestVersion[1])) {
    const needed = oldestVersion.join('.');
    throw unsuitable(`QEMU ${version.version} is too old.`, `Slipway needs ${needed} or newer.`, said(versionText));
  }
  const [accelerators, machines, devices, cpus, sandbox] = await Promise.all([
    run('-accel', 'help'),
    run('-machine', 'help'),
    run('-device', 'help'),
    run('-cpu', 'help'),
    // QEMU puts the filter in place before it lists devices: this shows that it is compiled in and works on this kernel.
    run('-sandbox', sandboxValue, '-device', 'help').catch(() => null),
  ]);
  for (const [name, answer] of Object.entries({ accelerators, machines, devices, cpus })) {
    if (answer.code !== 0)
      throw unsuitable(`${path} cannot list its ${name}.`, `It exited with ${answer.code}.`, said(answer));
  }
  const cpuNames = parseCpus(cpus.stdout);
  const architecture = architectureOf(cpuNames);
  if (architecture === null) {
    throw unsuitable(
      `${path} emulates an architecture that Slipway does not know.`,
      'Slipway runs x86_64, aarch64 and riscv64 guests.',
      said(cpus),
    );
  }
  return {
    binary: path,
    architecture,
    version: version.version,
    versionNumbers: version.numbers,
    accelerators: parseAccelerators(accelerators.stdout),
    machines: parseMachines(machines.stdout),
    devices: parseDevices(devices.stdout),
    cpus: cpuNames,
    sandbox: sandbox !== null && sandbox.code === 0,
  };
}

async function question(path: string, args: readonly string[], timeoutMs: number): Promise<ToolResult> {
  try {
    // From the root, so that QEMU cannot take a file of the current directory for its own firmware.
    return await runTool(path, args, { cwd: '/', timeoutMs });
  } catch (error) {
    const failure = error instanceof SlipwayError ? error.failure : null;
    const cause =
      failure?.code === 'timed_out'
        ? `It did not answer ${args.join(' ')} within ${timeoutMs / 1000} seconds.`
        : `Asked ${args.join(' ')} it failed.`;
    throw unsuitable(`${path} does not behave like QEMU.`, cause, failure?.raw ?? failure?.message ?? String(error));
  }
}

function said({ code, stdout, stderr }: ToolResult): string {
  return `${stderr}${stdout}`.trim() || `(nothing, exit code ${code})`;
}

function unsuitable(message: string, cause: string, raw: string): SlipwayError {
  return new SlipwayError('engine_unsuitable', message, {
    cause,
    hint: 'Choose a qemu-system-… program of version 4.2 or newer, or leave the choice to Slipway.',
    raw,
    field: 'runtime.binary',
  });
}

/** @throws SlipwayError `engine_unsuitable`: a person's own binary emulates something else than the PlainSpec asks for. */
export function requireArchitecture(capabilities: EngineCapabilities, wanted: Architecture): void {
  if (capabilities.architecture === wanted) return;
  throw new SlipwayError(
    'engine_unsuitable',
    `${capabilities.binary} emulates ${capabilities.architecture}, and this guest is ${wanted}.`,
    { hint: `Choose a qemu-system-${wanted}, or change the architecture of the instance.`, field: 'runtime.binary' },
  );
}
