/** What a status becomes by a look, and a mapping from a status. Pure. */
import type { Failure } from '../../../src-shared/contract/errors.ts';
import type { PortMapping, PortStatus } from '../../../src-shared/model/ports.ts';
import type { ProbeResult } from '../network/port-probe.ts';

export function mappingOf({ name, protocol, guest, host, bind }: PortStatus): PortMapping {
  return { name, protocol, guest, host, bind };
}

/** A program on this host reaches a mapping on every address by loopback. */
export function connectAddress({ bind }: Pick<PortStatus, 'bind'>): string {
  return bind === '0.0.0.0' || bind === 'localhost' ? '127.0.0.1' : bind;
}

/** The status after a look. A guest that has answered before and accepts now is slow, not silent. Pure. */
export function probed(port: PortStatus, result: ProbeResult): PortStatus {
  if (result.state === 'answering') return { ...port, state: 'answering', answer: result.answer };
  if (result.state === 'accepting' && port.state === 'answering') return port;
  if (result.state === 'closed') return lostMapping(port, null);
  // Nothing new was learnt.
  if (result.state === 'mapped' && port.state !== 'mapped') return port;
  return { ...port, state: result.state, answer: null };
}

/** QEMU had it and has it no more. */
export function lostMapping(port: PortStatus, cause: unknown): PortStatus {
  const failure: Failure = {
    code: 'qmp_error',
    message: `QEMU does not listen on port ${port.host} any more.`,
    ...(cause === null ? {} : { cause: cause instanceof Error ? cause.message : String(cause) }),
    hint: 'It may have been removed in the monitor. Remove the mapping and add it again.',
  };
  return { ...port, state: 'failed', failure, answer: null };
}
