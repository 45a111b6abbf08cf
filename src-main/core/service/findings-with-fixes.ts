/** A form offers the same repairs as a launch that failed. */
import type { Finding } from '../../../src-shared/model/instance.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import { completed } from '../diagnosis/explainer.ts';
import type { HandlerServices } from './handlers/services.ts';

export async function findingsWithFixes(
  findings: readonly Finding[],
  { engine, manager }: HandlerServices,
  spec: Spec,
  mayRunPrograms: boolean,
): Promise<Finding[]> {
  // Names are learnt by running the emulator, and a page may not have a program run that nobody confirmed.
  const asked = mayRunPrograms ? spec : { ...spec, runtime: { ...spec.runtime, binary: null } };
  const context = { spec: asked, engine, instanceOf: (pid: number) => manager.instanceOf(pid) };
  return Promise.all(findings.map(async (one) => ({ ...one, failure: await completed(one.failure, context) })));
}
