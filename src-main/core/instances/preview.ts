/** What a launch would do, without doing any of it: the argv and the findings for a Spec that may not exist. */

import { toFailure } from '../../../src-shared/contract/errors.ts';
import type { CommandView, Finding } from '../../../src-shared/model/instance.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import type { EmulatorEngine, LaunchPlan } from '../engines/engine.ts';
import { shellLine } from '../engines/qemu-based/shell-line.ts';
import { filenames } from '../home/filenames.ts';
import { bootName, type Paths } from '../home/paths.ts';
import type { AccelerationDoctor } from './services.ts';

export interface Preview {
  readonly command: CommandView | null;
  readonly findings: Finding[];
}

const unconfirmedProgram = {
  code: 'not_permitted',
  message: 'The command is shown for the QEMU that is installed; yours is looked at when you launch.',
} as const;

/** Never throws for what a Spec can get wrong: that is a finding. */
export async function previewCommand(
  { paths, engine, doctor }: { paths: Paths; engine: EmulatorEngine; doctor: AccelerationDoctor },
  wanted: Spec,
  mayRunPrograms: boolean,
): Promise<Preview> {
  const findings: Finding[] = [];
  let spec = wanted;
  if (wanted.runtime.binary !== null && !mayRunPrograms) {
    // What a binary can do is learnt by running it, and a page may not have programs run that nobody confirmed.
    spec = { ...wanted, runtime: { ...wanted.runtime, binary: null } };
    findings.push({ severity: 'note', failure: { ...unconfirmedProgram, field: 'runtime.binary' } });
  }
  try {
    const planned = await planWithoutLaunch({ paths, engine, doctor }, spec, (found) => findings.push(...found));
    const { run } = paths.instance(spec.id);
    const command = {
      binary: planned.binary,
      workingDirectory: run,
      arguments: [...planned.arguments],
      shellLine: shellLine([planned.binary, ...planned.arguments.flatMap(({ args }) => args)], run),
    };
    return { command, findings };
  } catch (error) {
    return { command: null, findings: [...findings, { severity: 'error', failure: toFailure(error) }] };
  }
}

/** The plan a launch would have now. Writes nothing. @throws what stops a launch before anything is staged. */
export async function planWithoutLaunch(
  { paths, engine, doctor }: { paths: Paths; engine: EmulatorEngine; doctor: AccelerationDoctor },
  asked: Spec,
  onFindings: (findings: readonly Finding[]) => void = () => undefined,
): Promise<LaunchPlan> {
  const spec = await engine.settle(asked);
  const capabilities = await engine.detect(spec);
  onFindings(await engine.validate(spec, capabilities));
  const acceleration = await doctor.resolve(spec.host.acceleration, spec.architecture, capabilities);
  return engine.plan({
    spec,
    staged: await engine.expectStaged(spec, paths.instance(spec.id)),
    capabilities,
    acceleration,
    uuid: '00000000-0000-4000-8000-000000000000',
    serialStem: `../${filenames.boots}/${bootName(1)}/${filenames.serialStem}`,
  });
}
