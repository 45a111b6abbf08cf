/**
 * What is looked at before the Spec of a new instance is written. What is to be launched at once must be launchable as it
 * stands; what is only kept may wait for a file or a program that is not there yet, but not contradict itself.
 */
import { SlipwayError, toFailure } from '../../../src-shared/contract/errors.ts';
import type { Finding } from '../../../src-shared/model/instance.ts';
import type { Disk, Spec } from '../../../src-shared/model/spec.ts';
import type { InstanceRequest } from './managed-instance.ts';
import type { InstanceServices } from './services.ts';

/** As it would be: an id and a time it has not yet. */
export const specOf = (request: InstanceRequest): Spec => ({
  version: 1,
  id: 'new',
  createdAt: new Date(0).toISOString(),
  ...request,
});

/** The request as it is to be written. A Fuchsia device says itself what it is. Throws the finding that would stop it. */
export async function requestToLaunch(
  { engine }: Pick<InstanceServices, 'engine'>,
  request: InstanceRequest,
): Promise<InstanceRequest> {
  const spec = await engine.settle(specOf(request));
  const findings = await engine.validate(spec, await engine.detect(spec));
  const fatal = findings.find(({ severity }) => severity === 'error');
  if (fatal !== undefined) throw SlipwayError.from(fatal.failure);
  return { ...request, architecture: spec.architecture };
}

/** The same for one that is not launched now: only a contradiction in the request itself is thrown (`invalid_input`). */
export async function requestToKeep(
  { engine }: Pick<InstanceServices, 'engine'>,
  request: InstanceRequest,
): Promise<{ readonly request: InstanceRequest; readonly findings: Finding[] }> {
  const asked = specOf(request);
  let architecture = request.architecture;
  const findings: Finding[] = [];
  try {
    const spec = await engine.settle(asked);
    architecture = spec.architecture;
    findings.push(...(await engine.validate(spec, await engine.detect(spec))));
  } catch (error) {
    findings.push({ severity: 'error', failure: toFailure(error) });
  }
  const contradiction = findings.find(
    ({ severity, failure }) => severity === 'error' && failure.code === 'invalid_input',
  );
  if (contradiction !== undefined) throw SlipwayError.from(contradiction.failure);
  return { request: { ...request, architecture }, findings };
}

/** What two instances of one Spec have in common although they should not. Pure. */
export function sharedByDuplicates({ name, guest, host }: Spec): Finding[] {
  const disks: readonly Disk[] = 'disks' in guest ? guest.disks : [];
  const written = disks.flatMap((disk, index) =>
    disk.access !== 'direct'
      ? []
      : [
          note(`Both write to the disk ${disk.file} itself.`, `guest.disks.${index}.access`, {
            cause: `${name} has direct access to it, and so has its duplicate.`,
            hint: 'Do not run both at once, or choose another access for one of them.',
          }),
        ],
  );
  const claimed = host.ports.flatMap((port, index) =>
    port.host === null
      ? []
      : [
          note(`Both want port ${port.host} of this computer for ${port.name}.`, `host.ports.${index}.host`, {
            hint: 'While both run only the first has it. Choose another for one of them, or let a free one be found.',
          }),
        ],
  );
  return [...written, ...claimed];
}

function note(message: string, field: string, more: { cause?: string; hint: string }): Finding {
  return { severity: 'note', failure: { code: 'invalid_input', message, field, ...more } };
}
