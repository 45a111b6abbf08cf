import { describe, expect, it } from 'vitest';
import { hostReportSchema, reportAsText } from '../../../../src-shared/model/host-report.ts';
import { accelerationChecks, engineChecks, firmwareChecks } from './engine-checks.ts';
import { verdictOf } from './examine-host.ts';
import { type NetworkFacts, networkChecks } from './network-checks.ts';
import { type PlaceFacts, placeChecks, resourceChecks } from './place-checks.ts';
import { toolChecks } from './tool-checks.ts';

const debian = { platform: 'linux', ids: 'debian' };

const qemu = (architecture: 'x86_64' | 'aarch64', binary: string | null) => ({
  kind: 'qemu' as const,
  architecture,
  binary,
  version: binary === null ? null : '7.2.22',
  note: 'Found in PATH.',
  machines: [],
  accelerators: ['tcg'],
});

describe('engines', () => {
  it('one that is missing is worth a note, the host’s own a warning, all of them a problem', () => {
    const states = (...engines: Parameters<typeof engineChecks>[0]) =>
      engineChecks(engines, 'x86_64', debian).map(({ state }) => state);
    expect(states(qemu('x86_64', '/usr/bin/q'), qemu('aarch64', null))).toEqual(['ok', 'note']);
    expect(states(qemu('x86_64', null), qemu('aarch64', '/usr/bin/q'))).toEqual(['warning', 'ok']);
    expect(states(qemu('x86_64', null), qemu('aarch64', null))).toEqual(['problem', 'problem']);
  });

  it('come with the line that installs them', () => {
    expect(engineChecks([qemu('aarch64', null)], 'x86_64', debian)[0]?.command).toBe(
      'sudo apt install qemu-system-arm',
    );
    expect(firmwareChecks([{ architecture: 'aarch64', firmware: null }], debian)[0]?.command).toBe(
      'sudo apt install qemu-efi-aarch64',
    );
    expect(engineChecks([qemu('aarch64', null)], 'x86_64', { platform: 'linux', ids: 'own' })[0]?.command).toBeNull();
  });
});

describe('acceleration', () => {
  const of = (accelerator: 'kvm' | 'tcg', because: 'available' | 'foreign-guest' | 'no-permission') =>
    accelerationChecks([
      {
        architecture: 'x86_64',
        choice: { accelerator, reason: 'why', hint: 'how', case: because, command: 'sudo x', verified: false },
      },
    ])[0];

  it('emulation is a warning only where it could be otherwise', () => {
    expect(of('kvm', 'available')?.state).toBe('ok');
    expect(of('tcg', 'foreign-guest')?.state).toBe('note');
    expect(of('tcg', 'no-permission')).toMatchObject({ state: 'warning', command: 'sudo x', detail: 'why' });
  });
});

describe('network', () => {
  const facts: NetworkFacts = {
    userMode: [{ architecture: 'x86_64', builtIn: true }],
    tap: { exists: false, isTap: false, isUp: false, isRunning: false },
    tun: 'usable',
    firstUnprivilegedPort: 1024,
    isRoot: false,
  };
  const of = (change: Partial<NetworkFacts>, id: string) =>
    networkChecks({ ...facts, ...change }).find((one) => one.id === id);

  it('a QEMU without slirp is told before a launch is', () => {
    expect(of({}, 'network.user.x86_64')?.state).toBe('ok');
    expect(of({ userMode: [{ architecture: 'x86_64', builtIn: false }] }, 'network.user.x86_64')?.state).toBe(
      'warning',
    );
  });

  it('tap in each of its states', () => {
    const tap = { exists: true, isTap: true, isUp: true, isRunning: false };
    expect(of({}, 'network.tap')?.command).toMatch(/^sudo ip tuntap add dev qemu mode tap user \$USER/);
    expect(of({ tun: 'absent' }, 'network.tap')?.command).toBe('sudo modprobe tun');
    expect(of({ tap }, 'network.tap')?.state).toBe('ok');
    expect(of({ tap: { ...tap, isUp: false } }, 'network.tap')?.command).toBe('sudo ip link set qemu up');
    expect(of({ tap: { ...tap, isTap: false } }, 'network.tap')?.state).toBe('warning');
  });

  it('low ports are for root, or for everyone', () => {
    expect(of({}, 'network.low-ports')?.state).toBe('note');
    expect(of({ isRoot: true }, 'network.low-ports')?.state).toBe('ok');
    expect(of({ firstUnprivilegedPort: 0 }, 'network.low-ports')?.state).toBe('ok');
  });
});

describe('places', () => {
  const facts: PlaceFacts = {
    home: '/home/ann/it’s here',
    movedBy: null,
    writable: true,
    mode: 0o700,
    freeBytes: 50 * 1024 ** 3,
    fileSystem: 0xef53,
    openFiles: 4096,
    totalMiB: 16_000,
    availableMiB: 8000,
  };
  const states = (change: Partial<PlaceFacts>) =>
    Object.fromEntries(
      [...placeChecks({ ...facts, ...change }), ...resourceChecks({ ...facts, ...change })].map((one) => [
        one.id,
        one.state,
      ]),
    );

  it('a good place is good', () => {
    expect(new Set(Object.values(states({})))).toEqual(new Set(['ok']));
  });

  it.each([
    [{ writable: false }, 'place.home', 'problem'],
    [{ mode: 0o755 }, 'place.privacy', 'warning'],
    [{ freeBytes: 1024 }, 'place.room', 'problem'],
    [{ freeBytes: 1024 ** 3 }, 'place.room', 'warning'],
    [{ freeBytes: null }, 'place.room', 'note'],
    [{ fileSystem: 0x4d44 }, 'place.file-system', 'problem'],
    [{ fileSystem: 0x6969 }, 'place.file-system', 'warning'],
    [{ fileSystem: 0x01021994 }, 'place.file-system', 'warning'],
    [{ availableMiB: 100 }, 'resource.memory', 'warning'],
    [{ openFiles: 256 }, 'resource.files', 'warning'],
  ] as const)('%o: %s is a %s', (change, id, state) => {
    expect(states(change)[id]).toBe(state);
  });

  it('the line that makes it private survives a shell', () => {
    const [, privacy] = placeChecks({ ...facts, home: "/home/o'neil", mode: 0o755 });
    expect(privacy?.command).toBe("chmod 700 '/home/o'\\''neil'");
  });
});

describe('the report', () => {
  it('a missing qemu-img says what cannot be done without it', () => {
    const [first] = toolChecks({ environment: { PATH: '/nowhere' }, knownDirectories: [] }, debian);
    expect(first).toMatchObject({ state: 'warning', command: 'sudo apt install qemu-utils' });
  });

  it('has one verdict, as grave as the gravest check', () => {
    const of = (...states: ('ok' | 'note' | 'warning' | 'problem')[]) =>
      verdictOf(states.map((state) => ({ id: 'x', state, text: '', detail: null, hint: null, command: null })));
    expect(of('ok', 'note')).toEqual({ state: 'ok', text: expect.stringContaining('nothing is in their way') });
    expect(of('ok', 'warning', 'warning').text).toContain('2 things could be better');
    expect(of('warning', 'problem').text).toBe('One thing keeps guests from running.');
  });

  it('reads as text', () => {
    const report = hostReportSchema.parse({
      examinedAt: new Date(0).toISOString(),
      verdict: { state: 'ok', text: 'Fine.' },
      sections: [
        {
          id: 'a',
          title: 'A',
          checks: [{ id: 'x', state: 'warning', text: 'Slow.', detail: 'why', hint: null, command: 'sudo x' }],
        },
      ],
    });
    expect(reportAsText(report)).toBe('Fine.\n\nA\n WARN  Slow.\n         why\n         $ sudo x\n');
  });
});
