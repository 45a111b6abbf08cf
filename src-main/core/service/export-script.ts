/** A request as a script: planned as a launch would plan it, written down without Slipway. */
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { ClientIdentity } from './client.ts';
import type { HandlerServices } from './handlers/services.ts';
import type { Request } from './template-store.ts';

export async function exportScript(
  _services: HandlerServices,
  _request: Request,
  _identity: ClientIdentity,
): Promise<{ script: string; fileName: string; notes: string[] }> {
  throw new SlipwayError('invalid_input', 'Export is not there yet.');
}
