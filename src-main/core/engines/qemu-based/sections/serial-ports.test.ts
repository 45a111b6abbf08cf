import { describe, expect, it } from 'vitest';
import type { Architecture } from '../../../../../src-shared/model/engine.ts';
import { deviceFindings } from '../../qemu/validate-devices.ts';
import { capabilitiesOf, specOf } from '../../testing/spec-of.ts';
import { chooseMachine } from './machine.ts';
import { plannedLines, serialChardev } from './serial-ports.ts';

const kernel = { kind: 'kernel' as const, kernel: '/k' };

function lines(architecture: Architecture, machine: string | null, serialPorts: number, devices = ['pci-serial']) {
  const spec = specOf({ architecture, guest: kernel, device: { machine, serialPorts } });
  const machines = [{ name: spec.device.machine?.split(',')[0] ?? 'any', description: '', isDefault: true }];
  const capabilities = { ...capabilitiesOf({ architecture, devices }), machines: machine === null ? [] : machines };
  const [finding] = deviceFindings(spec, capabilities).filter(({ failure }) => failure.field === 'device.serialPorts');
  return {
    where: plannedLines(spec, chooseMachine(spec))
      .map(({ on }) => on[0])
      .join(''),
    finding: finding === undefined ? null : `${finding.severity}: ${finding.failure.message}`,
  };
}

describe('serial lines', () => {
  // b: on the board, c: a card.
  it.each<[Architecture, string | null, number, string]>([
    ['x86_64', null, 1, 'b'],
    ['x86_64', null, 8, 'bbbbcccc'],
    ['x86_64', 'pc', 5, 'bbbbc'],
    ['x86_64', 'isapc', 4, 'bbbb'],
    ['x86_64', 'microvm,pcie=on', 3, 'bcc'],
    ['aarch64', null, 3, 'bcc'],
    ['aarch64', 'sbsa-ref', 2, 'bc'],
    ['aarch64', 'raspi3b', 2, 'bb'],
    ['riscv64', null, 2, 'bc'],
  ])('%s %s with %i: %s', (architecture, machine, ports, where) =>
    expect(lines(architecture, machine, ports)).toEqual({ where, finding: null }),
  );

  it.each<[Architecture, string, number, string]>([
    ['x86_64', 'microvm', 2, 'error: The machine microvm has only one serial line.'],
    ['x86_64', 'isapc', 5, 'error: The machine isapc has only 4 serial lines.'],
    ['aarch64', 'raspi3b', 3, 'error: The machine raspi3b has only 2 serial lines.'],
    ['aarch64', 'xlnx-zcu102', 2, 'warning: The machine xlnx-zcu102 may have fewer than 2 serial lines.'],
  ])('%s %s with %i: %s', (architecture, machine, ports, finding) =>
    expect(lines(architecture, machine, ports).finding).toBe(finding),
  );

  it('says when this QEMU has no cards', () => {
    expect(lines('aarch64', null, 2, ['VGA']).finding).toMatch(/^error: QEMU 7\.2\.22 has no card/);
    expect(lines('x86_64', null, 4, ['VGA']).finding).toBeNull();
  });

  it('are known to QEMU by names of their own', () => {
    expect([serialChardev('serial'), serialChardev('serial-2')]).toEqual(['serial0', 'serial-2']);
  });
});
