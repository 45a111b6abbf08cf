import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runTool } from '../process/run-tool.ts';
import { createAccelerationDoctor } from './acceleration.ts';
import { probeArguments, readOutcome } from './acceleration-probe.ts';

const kernel = resolve(import.meta.dirname, '../../../assets/probe-guest/probe-guest.elf');
const machines = [{ name: 'q35', description: '', isDefault: false }];
const capabilities = { binary: '/usr/bin/qemu-system-x86_64', accelerators: ['tcg', 'kvm'], machines };

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'doctor-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe('the probe guest on a real QEMU', () => {
  it('runs under emulation with the very arguments of the probe', async () => {
    const args = probeArguments({ accelerator: 'kvm', kernel, machines });
    const emulated = args.map((arg) => (arg === 'kvm' ? 'tcg' : arg === 'host' ? 'max' : arg));
    const result = await runTool(capabilities.binary, emulated, { timeoutMs: 20_000, cwd: '/' });
    expect(readOutcome(result.code, result.stdout)).toEqual({ ok: true, text: 'ran on it' });
  });

  it('auto ends in something that works, within the deadline and a moment, and remembers it', async () => {
    const doctor = createAccelerationDoctor({
      paths: { acceleration: join(directory, 'acceleration.json') },
      probeKernel: kernel,
    });
    const started = performance.now();
    const choice = await doctor.resolve('auto', 'x86_64', capabilities);
    expect(performance.now() - started).toBeLessThan(6000);
    if (choice.accelerator === 'tcg') {
      expect(choice.reason).toMatch(/^Emulation \(TCG\): .*\/dev\/kvm/);
      expect(choice.hint).not.toBeNull();
    } else {
      expect(choice).toMatchObject({ accelerator: 'kvm', reason: 'KVM: a test guest ran on it.' });
    }
    const again = performance.now();
    expect(await doctor.resolve('auto', 'x86_64', capabilities)).toEqual(choice);
    expect(performance.now() - again).toBeLessThan(200);
    const { stdout } = await runTool('ps', ['-eo', 'args']);
    expect(stdout.split('\n').filter((line) => line.includes(kernel) && line.includes('isa-debug-exit'))).toEqual([]);
    console.log(
      `acceleration here: ${choice.accelerator}; /dev/kvm ${existsSync('/dev/kvm') ? 'exists' : 'is missing'}; ${choice.reason}`,
    );
  });
});
