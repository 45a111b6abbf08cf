/** Port mappings, the gdb stub's port and readiness checks that need either. */
import type { Failure } from '../../../../src-shared/contract/errors.ts';
import type { Finding } from '../../../../src-shared/model/instance.ts';
import type { PortCheck } from '../../../../src-shared/model/ports.ts';
import type { Spec } from '../../../../src-shared/model/spec.ts';
import { checkPorts, collide, reservedFailure, twiceFailure } from '../../network/port-check.ts';
import { errorFinding, warningFinding } from './findings.ts';
import type { HostFacts } from './host-facts.ts';

/** Pure. */
export function portFindings(spec: Spec, host: HostFacts): Finding[] {
  const { networking, ports } = spec.host;
  const findings: Finding[] = [];
  if (networking === 'none' && ports.length > 0) {
    findings.push(
      errorFinding('invalid_input', 'Ports cannot be mapped without a network.', {
        hint: 'Choose user-mode networking, or remove the mappings.',
        field: 'host.ports',
      }),
    );
  }
  for (const [index, port] of ports.entries()) {
    const field = `host.ports.${index}`;
    const earlier = ports.slice(0, index);
    if (earlier.some((other) => other.name === port.name)) {
      findings.push(
        errorFinding('invalid_input', `Two port mappings are called "${port.name}".`, { field: `${field}.name` }),
      );
    }
    const twin = earlier.find((other) => collide(other, port));
    if (twin !== undefined) findings.push(asFinding('error', twiceFailure(port, twin, `${field}.host`)));
    if (port.host !== null && port.host < host.firstUnprivilegedPort && !host.isRoot) {
      findings.push(asFinding('warning', reservedFailure(port.host, `${field}.host`)));
    }
  }
  return [...findings, ...readinessFindings(spec)];
}

const asFinding = (severity: Finding['severity'], failure: Failure): Finding => ({ severity, failure });

/** Tries to listen, for a moment, where the guest's mappings and the gdb stub will. */
export async function busyPortFindings(spec: Spec): Promise<Finding[]> {
  const gdbPort = spec.runtime.debug.gdb?.port ?? null;
  const [checks, gdb] = await Promise.all([
    spec.host.networking === 'none' ? [] : checkPorts(spec.host.ports),
    gdbPort === null ? [] : busyGdb(gdbPort),
  ]);
  return [...checks.flatMap(checkFinding), ...gdb];
}

/**
 * A warning, not an error: one mapping fails, and the rest of the launch does not depend on it. Ports for root and those
 * that are mapped twice have findings of their own, which need no trying.
 */
function checkFinding({ state, failure, suggestion }: PortCheck): Finding[] {
  if (failure === null || state === 'not-permitted' || state === 'twice') return [];
  const { code, message, ...details } = failure;
  const hint = suggestion === null ? details.hint : `Port ${suggestion} is free. ${details.hint ?? ''}`.trim();
  return [warningFinding(code, message, { ...details, hint })];
}

/** An error: QEMU exits when it cannot open the stub. */
async function busyGdb(port: number): Promise<Finding[]> {
  const stub = { name: 'gdb', protocol: 'tcp', guest: port, host: port, bind: '127.0.0.1' } as const;
  const [check] = await checkPorts([stub]);
  if (check === undefined || check.failure === null) return [];
  const { code, message, ...details } = check.failure;
  return [
    errorFinding(code, `The gdb stub cannot listen on port ${port}.`, {
      ...details,
      cause: [message, details.cause].filter(Boolean).join(' '),
      hint: 'Choose another port, or leave it empty for a socket.',
      field: 'runtime.debug.gdb.port',
    }),
  ];
}

function readinessFindings(spec: Spec): Finding[] {
  const findings: Finding[] = [];
  for (const [index, check] of (spec.runtime.readiness ?? []).entries()) {
    const field = `runtime.readiness.${index}`;
    if (check.kind === 'serial' && !isPattern(check.pattern)) {
      findings.push(
        errorFinding('invalid_input', `"${check.pattern}" is no regular expression.`, { field: `${field}.pattern` }),
      );
    }
    if (check.kind === 'banner') {
      const port = spec.host.ports.find((candidate) => candidate.name === check.port);
      if (port?.protocol !== 'tcp') {
        findings.push(
          errorFinding('invalid_input', `There is no TCP port mapping called "${check.port}" to wait for.`, {
            hint: 'Add the mapping, or remove this readiness check.',
            field: `${field}.port`,
          }),
        );
      }
    }
  }
  return findings;
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
