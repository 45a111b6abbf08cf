import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  architectureOf,
  parseAccelerators,
  parseCpus,
  parseDevices,
  parseMachines,
  parseVersion,
} from './capability-text.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', `${name}.txt`), 'utf8');

describe('parseVersion', () => {
  it.each([
    ['QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright', '7.2.22', [7, 2, 22]],
    ['QEMU emulator version 2.11.1(Debian 1:2.11+dfsg-1ubuntu7)', '2.11.1', [2, 11, 1]],
    ['QEMU emulator version 9.0.50 (v9.0.0-1234-gabcdef)', '9.0.50', [9, 0, 50]],
    ['QEMU emulator version 6.2.0-rc1', '6.2.0-rc1', [6, 2, 0]],
    ['QEMU emulator version 10.1', '10.1', [10, 1, 0]],
  ])('%j', (text, version, numbers) => expect(parseVersion(text)).toEqual({ version, numbers }));

  it.each(['', 'qemu-img version 7.2.22', 'Android emulator version 30.1'])('not QEMU: %j', (text) =>
    expect(parseVersion(text)).toBeNull(),
  );
});

describe('lists', () => {
  it('accelerators', () => {
    expect(parseAccelerators('Accelerators supported in QEMU binary:\ntcg\nkvm\n')).toEqual(['tcg', 'kvm']);
    // Before 5.0 the heading was another one.
    expect(parseAccelerators('Possible accelerators: kvm, xen, hax, tcg\ntcg\n')).toEqual(['tcg']);
  });

  it('machines', () => {
    const machines = parseMachines(fixture('machine-help-7.2-x86_64'));
    expect(machines.filter((machine) => machine.isDefault).map((machine) => machine.name)).toEqual(['pc-i440fx-7.2']);
    expect(machines).toContainEqual({
      name: 'q35',
      description: 'Standard PC (Q35 + ICH9, 2009) (alias of pc-q35-7.2)',
      isDefault: false,
    });
    expect(parseMachines(fixture('machine-help-7.2-riscv64')).map((machine) => machine.name)).toEqual([
      ...['microchip-icicle-kit', 'none', 'shakti_c', 'sifive_e', 'sifive_u', 'spike', 'virt'],
    ]);
  });

  it('devices, with their aliases', () => {
    const devices = parseDevices(fixture('device-help-7.2-x86_64'));
    expect(devices).toEqual(expect.arrayContaining(['qemu-xhci', 'usb-bot', 'ich9-ahci', 'ahci']));
    expect(devices).not.toContain('Controller/Bridge/Hub devices:');
  });

  it('CPUs and the architecture they tell', () => {
    const x86 = parseCpus(fixture('cpu-help-7.2-x86_64'));
    expect(x86).toEqual(expect.arrayContaining(['qemu64', 'max', 'Skylake-Client']));
    expect(x86).not.toContain('3dnow');
    expect(architectureOf(x86)).toBe('x86_64');
    expect(architectureOf(parseCpus(fixture('cpu-help-7.2-aarch64')))).toBe('aarch64');
    expect(architectureOf(parseCpus(fixture('cpu-help-7.2-riscv64')))).toBe('riscv64');
    // QEMU 9 and later: no `x86` before the name.
    expect(architectureOf(parseCpus('Available CPUs:\n  486\n  qemu64\n\nRecognized CPUID flags:\n  3dnow\n'))).toBe(
      'x86_64',
    );
    // The 32-bit emulators.
    expect(architectureOf(parseCpus('Available CPUs:\n  cortex-a15\n'))).toBeNull();
    expect(architectureOf(parseCpus('Available CPUs:\nx86 qemu32\n'))).toBeNull();
  });
});
