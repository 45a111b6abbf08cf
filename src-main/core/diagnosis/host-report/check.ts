/** How a check is written down. */
import type { HostCheck } from '../../../../src-shared/model/host-report.ts';

type More = Partial<Pick<HostCheck, 'detail' | 'hint' | 'command'>>;

export function check(state: HostCheck['state'], id: string, text: string, more: More = {}): HostCheck {
  return { id, state, text, detail: null, hint: null, command: null, ...more };
}

export const gravest = (checks: readonly Pick<HostCheck, 'state'>[]): HostCheck['state'] =>
  (['problem', 'warning', 'note'] as const).find((state) => checks.some((one) => one.state === state)) ?? 'ok';
