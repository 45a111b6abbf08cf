import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccelerationCase } from '../../../src-shared/model/engine.ts';
import { type AccelerationDoctor, createAccelerationDoctor } from './acceleration.ts';
import { type AccelerationFacts, readAccelerationFacts } from './acceleration-facts.ts';
import { type ProbeRequest, type ProbeResult, probeArguments, readOutcome } from './acceleration-probe.ts';
import { type KvmSurroundings, otherHypervisor, parseGroup, parseProcessor } from './kvm-facts.ts';

let directory: string;
let now: number;
let probed: ProbeRequest[];
let answer: ProbeResult;
let facts: AccelerationFacts;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'doctor-'));
  now = 1_000_000;
  probed = [];
  answer = { ok: true, text: 'ran on it' };
  facts = { platform: 'linux', architecture: 'x86_64', kvm: { state: 'openable' }, otherHypervisor: null };
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const capabilities = {
  binary: process.execPath,
  accelerators: ['tcg', 'kvm'],
  machines: [{ name: 'q35', description: '', isDefault: false }],
};

const surroundings: KvmSurroundings = {
  processorOffers: true,
  vendor: 'intel',
  isVirtualMachine: false,
  isContainer: false,
  module: 'installed',
};
const missing = (change: Partial<KvmSurroundings>): Partial<AccelerationFacts> => ({
  kvm: { state: 'missing', surroundings: { ...surroundings, ...change } },
});

function doctor(): AccelerationDoctor {
  return createAccelerationDoctor({
    paths: { acceleration: join(directory, 'cache', 'acceleration.json') },
    probeKernel: '/probe.elf',
    clock: { now: () => now, monotonic: () => now, wait: async () => undefined },
    readFacts: async () => facts,
    probe: async (request) => {
      probed.push(request);
      return answer;
    },
  });
}

describe('auto', () => {
  it('takes KVM once a test guest has run, and asks once per boot', async () => {
    expect(await doctor().resolve('auto', 'x86_64', capabilities)).toEqual({
      accelerator: 'kvm',
      reason: 'KVM: a test guest ran on it.',
      hint: null,
      case: 'available',
      command: null,
      verified: false,
    });
    now += 24 * 3600_000;
    await doctor().resolve('auto', 'x86_64', capabilities);
    expect(probed.length).toBe(1);
  });

  it('falls back to emulation and says why; a failure is believed for ten minutes', async () => {
    answer = { ok: false, text: 'did not run on it within 3 s' };
    const choice = await doctor().resolve('auto', 'x86_64', capabilities);
    expect(choice).toMatchObject({ accelerator: 'tcg', hint: expect.stringContaining('nested') });
    expect(choice.reason).toBe('Emulation (TCG): /dev/kvm opens, but a test guest did not run on it within 3 s.');
    now += 9 * 60_000;
    await doctor().resolve('auto', 'x86_64', capabilities);
    expect(probed.length).toBe(1);
    now += 2 * 60_000;
    answer = { ok: true, text: 'ran on it' };
    expect(await doctor().resolve('auto', 'x86_64', capabilities)).toMatchObject({ accelerator: 'kvm' });
  });

  it('probes once for launches at the same time', async () => {
    const one = doctor();
    await Promise.all([1, 2, 3].map(() => one.resolve('auto', 'x86_64', capabilities)));
    expect(probed.length).toBe(1);
  });

  it('another binary is another question; a broken cache is none', async () => {
    await doctor().resolve('auto', 'x86_64', capabilities);
    await doctor().resolve('auto', 'x86_64', { ...capabilities, binary: '/bin/sh' });
    expect(probed.length).toBe(2);
    const path = join(directory, 'cache', 'acceleration.json');
    expect(JSON.parse(await readFile(path, 'utf8')).results.length).toBe(2);
    await writeFile(path, '{');
    expect(await doctor().resolve('auto', 'x86_64', capabilities)).toMatchObject({ accelerator: 'kvm' });
  });

  it.each<[AccelerationCase, Partial<AccelerationFacts>, RegExp, RegExp, string | null]>([
    ['module-not-loaded', missing({}), /module is not loaded/, /Load it/, 'sudo modprobe kvm_intel'],
    ['module-not-loaded', missing({ vendor: 'amd' }), /module is not loaded/, /Load it/, 'sudo modprobe kvm_amd'],
    ['module-not-loaded', missing({ vendor: null, processorOffers: null }), /not loaded/, /Load/, 'sudo modprobe kvm'],
    ['kernel-without-kvm', missing({ module: 'absent' }), /built without KVM/, /CONFIG_KVM/, null],
    ['off-in-firmware', missing({ processorOffers: false }), /does not offer/, /VT-x in the firmware set-up/, null],
    [
      'off-in-firmware',
      missing({ processorOffers: false, vendor: 'amd' }),
      /does not offer/,
      /SVM in the firmware set-up/,
      null,
    ],
    ['nested-off', missing({ processorOffers: false, isVirtualMachine: true }), /is a virtual machine/, /nested/, null],
    ['hidden-by-container', missing({ isContainer: true }), /container/, /--device \/dev\/kvm/, null],
    [
      'no-permission',
      { kvm: { state: 'closed', group: 'kvm', isSessionStale: false } },
      /may not open it/,
      /log out and in/,
      'sudo usermod -aG kvm $USER',
    ],
    [
      'session-stale',
      { kvm: { state: 'closed', group: 'kvm', isSessionStale: true } },
      /logged in before/,
      /Log out and in/,
      null,
    ],
    [
      'no-permission',
      { kvm: { state: 'closed', group: null, isSessionStale: false } },
      /may not open it/,
      /next reboot/,
      'sudo setfacl -m u:$USER:rw /dev/kvm',
    ],
    ['device-failing', { kvm: { state: 'failing', text: 'EIO' } }, /EIO/, /log/, 'sudo dmesg | grep -i kvm'],
    [
      'held-by-another',
      { kvm: { state: 'failing', text: 'EBUSY' }, otherHypervisor: 'VirtualBox' },
      /VirtualBox is running/,
      /Stop the machines/,
      null,
    ],
  ])('%s: emulation, with the fix', async (because, change, reason, hint, command) => {
    facts = { ...facts, ...change };
    const choice = await doctor().resolve('auto', 'x86_64', capabilities);
    expect(choice).toMatchObject({ accelerator: 'tcg', case: because, command });
    expect(choice.reason).toMatch(reason);
    expect(choice.hint).toMatch(hint);
    await expect(doctor().resolve('kvm', 'x86_64', capabilities)).rejects.toMatchObject({
      failure: {
        code: 'engine_unsuitable',
        message: expect.stringMatching(reason),
        hint: expect.stringContaining(command ?? ''),
        field: 'host.acceleration',
      },
    });
    expect(probed).toEqual([]);
  });

  it('another hypervisor that holds the processor is named when the test guest fails', async () => {
    answer = { ok: false, text: 'was refused by QEMU: ioctl(KVM_CREATE_VM) failed: 16 Device or resource busy' };
    expect(await doctor().resolve('auto', 'x86_64', capabilities)).toMatchObject({
      case: 'held-by-another',
      reason: expect.stringContaining('Another hypervisor is running'),
    });
    facts = { ...facts, otherHypervisor: 'VirtualBox' };
    answer = { ok: false, text: 'did not run on it within 3 s' };
    expect(await doctor().resolve('auto', 'x86_64', { ...capabilities, binary: '/bin/sh' })).toMatchObject({
      case: 'held-by-another',
      reason: expect.stringContaining('VirtualBox is running'),
    });
  });

  it('a guest of another architecture is emulated, and there is nothing to fix', async () => {
    expect(await doctor().resolve('auto', 'aarch64', capabilities)).toMatchObject({ accelerator: 'tcg', hint: null });
  });

  it('a QEMU without KVM is emulation; one without either is an error', async () => {
    expect(await doctor().resolve('auto', 'x86_64', { ...capabilities, accelerators: ['tcg'] })).toMatchObject({
      accelerator: 'tcg',
      reason: expect.stringContaining('built without KVM'),
    });
    await expect(doctor().resolve('auto', 'x86_64', { ...capabilities, accelerators: [] })).rejects.toMatchObject({
      code: 'engine_unsuitable',
    });
  });

  it('takes what cannot be tested as it is, and says so', async () => {
    facts = { platform: 'darwin', architecture: 'aarch64', kvm: null, otherHypervisor: null };
    expect(await doctor().resolve('auto', 'aarch64', { ...capabilities, accelerators: ['hvf', 'tcg'] })).toMatchObject({
      accelerator: 'hvf',
      reason: expect.stringContaining('no test guest'),
    });
  });
});

describe('an explicit request', () => {
  it('for emulation is taken without a question', async () => {
    expect(await doctor().resolve('tcg', 'x86_64', capabilities)).toMatchObject({ accelerator: 'tcg', hint: null });
    expect(probed).toEqual([]);
  });

  it('for KVM that fails its test is refused, and tried anew each time', async () => {
    answer = { ok: false, text: 'crashed on it' };
    for (const _ of [1, 2]) {
      await expect(doctor().resolve('kvm', 'x86_64', capabilities)).rejects.toMatchObject({
        failure: { message: 'KVM cannot be used: /dev/kvm opens, but a test guest crashed on it.' },
      });
    }
    expect(probed.length).toBe(2);
  });

  it('for another system’s accelerator is refused', async () => {
    await expect(doctor().resolve('hvf', 'x86_64', capabilities)).rejects.toThrow('HVF exists on macOS only');
  });
});

describe('facts', () => {
  it('reads groups and processor flags', () => {
    expect(parseGroup('root:x:0:\nkvm:x:104:ann,bob\nbad', 104)).toEqual({ name: 'kvm', members: ['ann', 'bob'] });
    expect(parseGroup('root:x:0:', 104)).toBeNull();
    expect(parseProcessor('vendor_id\t: GenuineIntel\nflags\t\t: fpu vmx sse\n')).toEqual({
      processorOffers: true,
      vendor: 'intel',
      isVirtualMachine: false,
    });
    expect(parseProcessor('vendor_id\t: AuthenticAMD\nflags\t\t: fpu avmx hypervisor\n')).toEqual({
      processorOffers: false,
      vendor: 'amd',
      isVirtualMachine: true,
    });
    expect(parseProcessor('Features\t: fp asimd\n')).toMatchObject({ processorOffers: null, vendor: null });
    expect(otherHypervisor('vboxdrv 500 2 vboxnetflt, Live 0x0\n')).toBe('VirtualBox');
    expect(otherHypervisor('vboxdrv 500 0 - Live 0x0\nkvm 1 1 - Live 0x0\n')).toBeNull();
  });

  it.skipIf(process.platform !== 'linux')('tells a device that is there from none [needs Linux]', async () => {
    const device = join(directory, 'kvm');
    expect((await readAccelerationFacts(device)).kvm).toMatchObject({ state: 'missing' });
    const root = join(directory, 'root');
    const put = async (path: string, text: string) => {
      await mkdir(join(root, path, '..'), { recursive: true });
      await writeFile(join(root, path), text);
    };
    await put('proc/cpuinfo', 'vendor_id\t: AuthenticAMD\nflags\t\t: fpu svm\n');
    await put(`lib/modules/${release()}/modules.dep`, 'kernel/arch/x86/kvm/kvm-amd.ko.xz: kernel/kvm.ko\n');
    const around = async () => (await readAccelerationFacts(device, root)).kvm;
    expect(await around()).toEqual({
      state: 'missing',
      surroundings: { ...surroundings, vendor: 'amd', module: 'installed' },
    });
    await put('run/.containerenv', '');
    await put(`lib/modules/${release()}/modules.dep`, '');
    expect(await around()).toMatchObject({ surroundings: { isContainer: true, module: 'absent' } });
    await put('sys/module/kvm_amd/refcnt', '0');
    expect(await around()).toMatchObject({ surroundings: { module: 'loaded' } });
    await writeFile(device, '');
    expect((await readAccelerationFacts(device)).kvm).toEqual({ state: 'openable' });
    expect((await readAccelerationFacts(directory)).kvm).toMatchObject({ state: 'failing' });
  });
});

describe('the probe', () => {
  it('knows the probe guest’s codes', () => {
    expect(readOutcome(85, '')).toEqual({ ok: true, text: 'ran on it' });
    expect(readOutcome(0, 'probe: long mode\r\n').text).toBe('crashed on it (it came as far as: long mode)');
    expect(readOutcome(9, '').text).toBe('failed on it with code 9');
    expect(readOutcome(1, 'qemu: -accel kvm: failed to initialize kvm: Permission denied').text).toMatch(
      /refused by QEMU: KVM could not be started/,
    );
  });

  it('takes a machine the binary has', () => {
    const of = (...names: string[]) =>
      probeArguments({ accelerator: 'kvm', kernel: '/k', machines: names.map((name) => ({ name })) }).join(' ');
    expect(of('pc', 'q35')).toContain('-machine q35');
    expect(of('pc')).toContain('-machine pc');
    expect(of('microvm')).not.toContain('-machine');
  });
});
