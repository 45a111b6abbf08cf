/** A request as a script: planned with what this host has, as a launch would be. */
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { idFromName } from '../../../src-shared/model/ids.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import { asPlain, isFuchsia } from '../engines/engines.ts';
import { exportCommand } from '../engines/qemu/command-export/export-command.ts';
import { findFirmware } from '../engines/qemu/firmware.ts';
import { readCached } from '../guests/linux/guest-cache.ts';
import { peekFormat } from '../staging/peek-format.ts';
import type { ClientIdentity } from './client.ts';
import type { HandlerServices } from './handlers/services.ts';
import { mayRunPrograms } from './power.ts';
import type { Request } from './template-store.ts';

type Services = Pick<HandlerServices, 'paths' | 'engine' | 'doctor' | 'assetsDirectory'>;

/** @throws what finding an engine throws, and `invalid_input` for guests whose command line is not planned here. */
export async function exportScript(
  { paths, engine, doctor, assetsDirectory }: Services,
  request: Request,
  identity: ClientIdentity,
): Promise<{ script: string; fileName: string; notes: string[] }> {
  const asked: Spec = { version: 1, id: 'export', createdAt: new Date(0).toISOString(), ...request };
  if (isFuchsia(asked)) {
    throw new SlipwayError('invalid_input', 'A Fuchsia guest cannot be exported as a script.', {
      cause: 'Its images are made by Slipway from the product bundle, and its flags by a template of ffx.',
      hint: 'Its command stands in the Command tab once it was staged, and: slipway show NAME --cmd',
      field: 'guest.kind',
    });
  }
  const settled = await engine.settle(asked);
  // What a binary can do is learnt by running it, and a page may not have programs run that nobody confirmed.
  const known = mayRunPrograms(identity) ? settled : { ...settled, runtime: { ...settled.runtime, binary: null } };
  const capabilities = await engine.detect(known);
  const acceleration = await doctor.resolve(settled.host.acceleration, settled.architecture, capabilities);
  const linuxGuest = settled.guest.kind === 'linux' ? ((await readCached(paths.linuxGuest)) ?? null) : null;
  const { script, notes } = exportCommand({
    spec: asPlain(settled),
    capabilities,
    acceleration,
    facts: {
      assetsDirectory,
      linuxGuest,
      firmware: (architecture) => findFirmware(architecture),
      formatOf: peekFormat,
    },
  });
  return { script, fileName: `${idFromName(request.name)}.sh`, notes: [...notes] };
}
