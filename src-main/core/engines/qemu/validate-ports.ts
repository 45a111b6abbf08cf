/** Port mappings, the gdb stub's port and readiness checks that need either. */
import { createServer } from 'node:net';
import type { Finding } from '../../../../src-shared/model/instance.ts';
import type { PortMapping } from '../../../../src-shared/model/ports.ts';
import type { Spec } from '../../../../src-shared/model/spec.ts';
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
    if (earlier.some((other) => collide(other, port))) {
      findings.push(
        errorFinding('invalid_input', `Host port ${port.host}/${port.protocol} is mapped twice.`, {
          hint: 'Choose another, or leave it empty for a free one.',
          field: `${field}.host`,
        }),
      );
    }
    if (port.host !== null && port.host < host.firstUnprivilegedPort && !host.isRoot) {
      findings.push(
        warningFinding(
          'not_permitted',
          `Host port ${port.host} is below ${host.firstUnprivilegedPort}, and those are for root.`,
          {
            cause: 'QEMU will not be allowed to listen on it.',
            hint: `Use ${8000 + port.host}, for example.`,
            field: `${field}.host`,
          },
        ),
      );
    }
  }
  return [...findings, ...readinessFindings(spec)];
}

/** Tries to listen, for a moment, where the guest's mappings and the gdb stub will. */
export async function busyPortFindings(spec: Spec): Promise<Finding[]> {
  const asked: Promise<Finding[]>[] = [];
  for (const [index, port] of spec.host.ports.entries()) {
    if (port.host === null || port.protocol !== 'tcp') continue;
    asked.push(busyMapping(port.host, addressOf(port), `host.ports.${index}.host`));
  }
  const gdbPort = spec.runtime.debug.gdb?.port ?? null;
  if (gdbPort !== null) asked.push(busyGdb(gdbPort));
  return (await Promise.all(asked)).flat();
}

/** A warning, not an error: one mapping fails, and the rest of the launch does not depend on it. */
async function busyMapping(port: number, address: string, field: string): Promise<Finding[]> {
  const problem = await listenProblem(port, address);
  // Ports for root have a finding of their own.
  if (problem === null || problem === 'EACCES') return [];
  return [
    warningFinding('port_busy', `Host port ${port} cannot be mapped now.`, {
      cause:
        problem === 'EADDRINUSE'
          ? 'Another program listens on it.'
          : `${address} is no address of this host (${problem}).`,
      hint: 'Stop that program, choose another port, or leave it empty for a free one.',
      field,
    }),
  ];
}

/** An error: QEMU exits when it cannot open the stub. */
async function busyGdb(port: number): Promise<Finding[]> {
  const problem = await listenProblem(port, '127.0.0.1');
  if (problem === null) return [];
  return [
    errorFinding('port_busy', `The gdb stub cannot listen on port ${port}.`, {
      cause: problem === 'EADDRINUSE' ? 'Another program listens on it.' : `The system says ${problem}.`,
      hint: 'Choose another port, or leave it empty for a free one.',
      field: 'runtime.debug.gdb.port',
    }),
  ];
}

/** The system's error code, or null when listening works. */
function listenProblem(port: number, address: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host: address, exclusive: true }, () => server.close(() => resolve(null)));
  });
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

function collide(a: PortMapping, b: PortMapping): boolean {
  if (a.host === null || a.host !== b.host || a.protocol !== b.protocol) return false;
  const [first, second] = [addressOf(a), addressOf(b)];
  return first === second || first === '0.0.0.0' || second === '0.0.0.0';
}

function addressOf(port: PortMapping): string {
  return port.bind === 'localhost' ? '127.0.0.1' : port.bind;
}
