/** The doctor's report on this host. */
import type { doctorCalls } from '../../../../src-shared/contract/calls/doctor.ts';
import { examineHost } from '../../diagnosis/host-report/examine-host.ts';
import type { HandlerServices, HandlersOf } from './services.ts';

export function doctorHandlers(services: HandlerServices): HandlersOf<typeof doctorCalls> {
  return {
    'doctor.examine': ({ again }) => examineHost({ ...services, again, now: new Date() }),
  };
}
