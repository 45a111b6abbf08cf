/**
 * The acceleration doctor: what a guest will run on, verified, with the reason in words.
 *
 * `auto` never fails and never ends in a dead guest: it uses hardware only where a test guest of ours has run on it,
 * and says why not otherwise. An explicit request that cannot work is refused, never silently replaced.
 */
import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { AccelerationChoice, Accelerator, Architecture } from '../../../src-shared/model/engine.ts';
import type { EngineCapabilities } from '../engines/engine.ts';
import type { Paths } from '../home/paths.ts';
import { readJson, writeJsonAtomically } from '../kit/atomic-file.ts';
import { type Clock, systemClock } from '../kit/clock.ts';
import { SingleFlight } from '../kit/single-flight.ts';
import { type AccelerationFacts, readAccelerationFacts } from './acceleration-facts.ts';
import { type ProbeRequest, type ProbeResult, runProbe } from './acceleration-probe.ts';
import {
  type HardwareAccelerator,
  judgeFailedTest,
  judgeHardware,
  nameOf,
  type Refusal,
} from './acceleration-verdict.ts';

interface DoctorDependencies {
  readonly paths: Pick<Paths, 'acceleration'>;
  /** Absolute path of the probe guest for x86_64. */
  readonly probeKernel: string;
  readonly clock?: Clock;
  /** For tests. */
  readonly readFacts?: () => Promise<AccelerationFacts>;
  readonly probe?: (request: ProbeRequest) => Promise<ProbeResult>;
}

type Capabilities = Pick<EngineCapabilities, 'kind' | 'binary' | 'accelerators' | 'machines'>;

export interface AccelerationDoctor {
  /**
   * @throws SlipwayError `engine_unsuitable` (field `host.acceleration`) when something other than `auto` was asked for
   * and cannot work here.
   */
  resolve(
    requested: Accelerator | 'auto',
    architecture: Architecture,
    capabilities: Capabilities,
    /** `again`: what failed a moment ago is tried once more. */
    options?: { readonly again: boolean },
  ): Promise<AccelerationChoice>;
}

/** Emulated, the probe takes 0.3 s on a busy machine; on working hardware a tenth of that. */
const probeDeadlineMs = 3000;
/** A failure may have been a busy moment; a success lasts as long as the host is up. */
const failureLastsMs = 10 * 60_000;
/** Binaries times accelerators that a developer uses between two boots. */
const keptResults = 20;

const cacheSchema = z.strictObject({
  version: z.literal(1),
  results: z.array(z.strictObject({ key: z.string(), ok: z.boolean(), text: z.string(), atMs: z.number() })),
});
type CachedResult = z.infer<typeof cacheSchema>['results'][number];

export function createAccelerationDoctor(dependencies: DoctorDependencies): AccelerationDoctor {
  const { paths, probeKernel, clock = systemClock, readFacts = readAccelerationFacts, probe = runProbe } = dependencies;
  const probes = new SingleFlight<ProbeResult>();

  async function verify(
    accelerator: HardwareAccelerator,
    capabilities: Capabilities,
    mayRetry: boolean,
  ): Promise<ProbeResult> {
    const key = await cacheKey(accelerator, capabilities.binary, probeKernel);
    const cached = (await readCache(paths.acceleration)).find((result) => result.key === key);
    if (cached?.ok) return cached;
    if (cached !== undefined && !mayRetry && clock.now() - cached.atMs < failureLastsMs) return cached;
    return await probes.run(key, async () => {
      const { binary, machines } = capabilities;
      const result = await probe({ binary, accelerator, kernel: probeKernel, machines, deadlineMs: probeDeadlineMs });
      await remember(paths.acceleration, { key, ...result, atMs: clock.now() });
      return result;
    });
  }

  return {
    async resolve(requested, architecture, capabilities, { again } = { again: false }) {
      if (requested === 'tcg') return emulation(capabilities, asAsked);
      const wish = requested === 'auto' ? null : requested;
      const refuse = (refusal: Refusal): AccelerationChoice => {
        if (wish === null) return emulation(capabilities, { ...refusal, reason: `Emulation (TCG): ${refusal.reason}` });
        throw new SlipwayError('engine_unsuitable', `${nameOf(wish)} cannot be used: ${refusal.reason}`, {
          hint: remedy(refusal) ?? 'Choose the acceleration "auto" or "tcg".',
          field: 'host.acceleration',
        });
      };
      const facts = await readFacts();
      const verdict = judgeHardware(wish, architecture, capabilities.accelerators, facts);
      if (!verdict.usable) return refuse(verdict);
      const { accelerator } = verdict;
      const yes = (because: 'available' | 'untested', reason: string): AccelerationChoice => ({
        accelerator,
        reason: `${nameOf(accelerator)}: ${reason}.`,
        hint: null,
        case: because,
        command: null,
        verified: false,
      });
      const untried = capabilities.kind === 'femu' ? 'femu' : architecture === 'x86_64' ? null : architecture;
      if (untried !== null)
        return yes('untested', `it is there; Slipway has no test guest for ${untried} to try it with`);
      const result = await verify(accelerator, capabilities, wish !== null || again);
      if (result.ok) return yes('available', `a test guest ${result.text}`);
      return refuse(judgeFailedTest(accelerator, result.text, facts.otherHypervisor));
    },
  };
}

const asAsked: Refusal = {
  case: 'asked-for-emulation',
  reason: 'Emulation (TCG), as you asked.',
  hint: null,
  command: null,
};

/** The hint and its command as one text, where only one is shown. */
function remedy({ hint, command }: Refusal): string | null {
  if (command === null) return hint;
  return hint === null ? command : `${hint} ${command}`;
}

function emulation(capabilities: Capabilities, why: Refusal): AccelerationChoice {
  const { case: because, reason, hint, command } = why;
  if (capabilities.accelerators.includes('tcg'))
    return { accelerator: 'tcg', reason, hint, case: because, command, verified: false };
  throw new SlipwayError('engine_unsuitable', 'This QEMU was built without emulation (TCG).', {
    cause: reason,
    hint: remedy(why) ?? 'Choose another QEMU binary, for example the distribution’s.',
    field: 'host.acceleration',
  });
}

/** Everything a result depends on: this boot of the host, who we are, the binary, the probe itself. */
async function cacheKey(accelerator: HardwareAccelerator, binary: string, kernel: string): Promise<string> {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown boot');
  const groups = (process.getgroups?.() ?? []).sort((a, b) => a - b).join(',');
  const files = await Promise.all([binary, kernel].map(identityOf));
  return [accelerator, bootId.trim(), `uid ${process.getuid?.() ?? 0} groups ${groups}`, ...files].join(' | ');
}

async function identityOf(path: string): Promise<string> {
  const facts = await stat(path).catch(() => null);
  return facts === null ? `${path} missing` : `${path} ${facts.size} ${facts.mtimeMs}`;
}

async function readCache(path: string): Promise<readonly CachedResult[]> {
  const cache = await readJson(path, cacheSchema);
  return cache.state === 'ok' ? cache.value.results : [];
}

async function remember(path: string, result: CachedResult): Promise<void> {
  const others = (await readCache(path)).filter(({ key }) => key !== result.key);
  const results = [result, ...others].slice(0, keptResults);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeJsonAtomically(path, { version: 1, results });
  } catch {
    // A cache that cannot be written costs the next launch a probe, nothing else.
  }
}
