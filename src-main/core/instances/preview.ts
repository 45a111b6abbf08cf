/** What a launch would do, without doing any of it: the argv and the findings for a Spec that may not exist. */

import { toFailure } from '../../../src-shared/contract/errors.ts';
import type { CommandView, Finding } from '../../../src-shared/model/instance.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import type { EmulatorEngine } from '../engines/engine.ts';
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
    spec = await engine.settle(spec);
    const capabilities = await engine.detect(spec);
    findings.push(...(await engine.validate(spec, capabilities)));
    const acceleration = await doctor.resolve(spec.host.acceleration, spec.architecture, capabilities);
    const instance = paths.instance(spec.id);
    const plan = engine.plan({
      spec,
      staged: await engine.expectStaged(spec, instance),
      capabilities,
      acceleration,
      uuid: '00000000-0000-4000-8000-000000000000',
      serialStem: `../${filenames.boots}/${bootName(1)}/${filenames.serialStem}`,
      gdbPort: spec.runtime.debug.gdb === null ? null : (spec.runtime.debug.gdb.port ?? 1234),
    });
    const command = {
      binary: plan.binary,
      workingDirectory: instance.run,
      arguments: [...plan.arguments],
      shellLine: shellLine([plan.binary, ...plan.arguments.flatMap(({ args }) => args)], instance.run),
    };
    return { command, findings };
  } catch (error) {
    return { command: null, findings: [...findings, { severity: 'error', failure: toFailure(error) }] };
  }
}
