import { describe, expect, it } from 'vitest';
import type { networkingModes } from '../../../../../src-shared/model/emulator-configuration.ts';
import { hostForwards, parseUsernetTable } from '../../../network/usernet-table.ts';
import { applyReadBack, buildPortMap } from './port-map.ts';
import { resolveAcceleration, resolveEngine, resolveGpu } from './resolve-hardware.ts';
import { networkingFindings, noTap, resolveNetworking, type TapFacts, tapProblem } from './resolve-networking.ts';

const tap = { exists: true, isTap: true, isUp: true, isRunning: false };

describe('networking', () => {
  it.each<[string, TapFacts, 'linux' | 'macos', string]>([
    ['no interface', noTap, 'linux', 'user'],
    ['a tap that is free', tap, 'linux', 'tap'],
    ['a tap that is down', { ...tap, isUp: false }, 'linux', 'tap'],
    ['a tap in use', { ...tap, isRunning: true }, 'linux', 'user'],
    ['an interface that is no tap', { ...tap, isTap: false }, 'linux', 'user'],
    ['a tap on macOS', tap, 'macos', 'user'],
  ])('auto with %s', (_what, facts, os, value) => {
    const resolved = resolveNetworking('auto', { os, tap: facts });
    expect(resolved.value).toBe(value);
    expect(resolved.reason).toMatch(/\.$/);
  });

  it('auto takes a tap that is down and says what is missing', () => {
    expect(resolveNetworking('auto', { os: 'linux', tap: { ...tap, isUp: false } }).hint).toBe(
      'Bring it up first: sudo ip link set qemu up',
    );
  });

  it.each<[TapFacts, string, string]>([
    [noTap, 'no tap interface', 'sudo ip tuntap add dev qemu mode tap user me && sudo ip link set qemu up'],
    [{ ...tap, isTap: false }, 'not a tap', 'sudo ip link delete qemu && sudo ip tuntap add dev qemu mode tap user me'],
    [{ ...tap, isRunning: true }, 'in use by another process', 'stop the other one'],
    [{ ...tap, isUp: false }, 'is down', 'sudo ip link set qemu up'],
  ])('a tap that is not ready comes with the exact command: %o', (facts, message, hint) => {
    const problem = tapProblem({ os: 'linux', tap: facts, userName: 'me' });
    expect(problem?.message).toContain(message);
    expect(problem?.hint).toContain(hint);
  });

  it("seed vectors of validate_network_flags: user passes, none needs a console, tap its interface, auto can't be", () => {
    const facts = { os: 'linux' as const, tap: noTap, userName: 'me' };
    const count = (mode: (typeof networkingModes)[number], console: 'none' | 'console' | 'monitor') =>
      networkingFindings(mode, console, facts).length;
    expect([count('user', 'none'), count('none', 'none'), count('none', 'console'), count('none', 'monitor')]).toEqual([
      0, 1, 0, 0,
    ]);
    expect([count('tap', 'none'), count('auto', 'none')]).toEqual([1, 1]);
    expect(networkingFindings('tap', 'none', { ...facts, tap })).toEqual([]);
    const [mac] = networkingFindings('tap', 'none', { ...facts, tap, os: 'macos' });
    expect(mac?.failure.message).toContain('not currently supported on MacOS');
  });
});

describe('acceleration', () => {
  const linux = { os: 'linux', hostArchitecture: 'x64', kvm: 'usable' } as const;
  it.each([
    ['KVM', 'x64', linux, 'hyper'],
    ['another architecture', 'arm64', linux, 'none'],
    ['no permission', 'x64', { ...linux, kvm: 'forbidden' }, 'none'],
    ['no /dev/kvm', 'x64', { ...linux, kvm: 'absent' }, 'none'],
    ['a KVM that hangs guests', 'x64', { ...linux, kvm: 'unreliable' }, 'none'],
    ['macOS', 'arm64', { os: 'macos', hostArchitecture: 'arm64', kvm: 'absent' }, 'hyper'],
    ['macOS, another architecture', 'x64', { os: 'macos', hostArchitecture: 'arm64', kvm: 'absent' }, 'none'],
    ['another system', 'x64', { ...linux, os: 'unsupported' }, 'none'],
  ] as const)('auto with %s', (_what, guest, facts, value) => {
    expect(resolveAcceleration('auto', guest, facts).value).toBe(value);
  });
  it('without permission it says how to get it', () => {
    const { hint } = resolveAcceleration('auto', 'x64', { ...linux, kvm: 'forbidden' });
    expect(hint).toContain('sudo usermod -a -G kvm $USER');
  });
});

describe('engine and graphics', () => {
  it.each([
    ['x64', { hostArchitecture: 'x64', uefi: false }, 'femu'],
    ['arm64', { hostArchitecture: 'x64', uefi: false }, 'qemu'],
    ['x64', { hostArchitecture: 'x64', uefi: true }, 'qemu'],
  ] as const)('engine for %s with %o', (guest, facts, value) => {
    expect(resolveEngine(null, guest, facts).value).toBe(value);
    expect(resolveEngine('femu', guest, facts).value).toBe('femu');
  });

  const screen = { headless: false, os: 'linux', hasDisplay: true, hasRenderNode: true } as const;
  it.each([
    ['everything', screen, 'host'],
    ['no window', { ...screen, headless: true }, 'swiftshader_indirect'],
    ['no display', { ...screen, hasDisplay: false }, 'swiftshader_indirect'],
    ['no graphics device', { ...screen, hasRenderNode: false }, 'swiftshader_indirect'],
  ] as const)('auto graphics with %s', (_what, facts, value) => {
    expect(resolveGpu('auto', 'femu', facts).value).toBe(value);
    expect(resolveGpu('auto', 'qemu', facts).reason).toContain('Without effect');
  });
});

describe('port map', () => {
  const device = { ssh: { guest: 22, host: null }, http: { guest: 80, host: null } };
  const build = (portMap: string[], additional: string[] = [], networking: 'user' | 'tap' | 'none' = 'user') =>
    buildPortMap({ device, portMap, additional, networking });

  it('seeds from the device, takes what was asked for, and 0 as any', () => {
    expect(build(['ssh:8022', 'http:0']).portMap).toEqual({
      ssh: { guest: 22, host: 8022 },
      http: { guest: 80, host: null },
    });
  });
  it('the last of one name wins, with a warning', () => {
    const { portMap, warnings } = build(['ssh:1111', 'ssh:2222']);
    expect([portMap.ssh?.host, warnings.length]).toEqual([2222, 1]);
  });
  it('an additional forward can be mapped like the rest', () => {
    expect(build(['debug:9999'], ['debug:2345']).portMap.debug).toEqual({ guest: 2345, host: 9999 });
  });
  it.each(['tap', 'none'] as const)('is empty with %s', (networking) => {
    expect(build(['ssh:8022'], [], networking)).toEqual({
      portMap: {},
      warnings: [expect.stringContaining(networking)],
    });
  });
  it.each([
    [['ftp:21'], [], 'no port called ftp'],
    [['ssh'], [], 'expected <name>:<port>'],
    [['ssh:99999'], [], 'expected <name>:<port>'],
    [['ssh:-1'], [], 'expected <name>:<port>'],
    [[], ['debug:0'], 'expected <name>:<port>'],
    [['ssh:8000', 'http:8000'], [], 'Host port 8000 was mapped to multiple guest ports.'],
  ])('%o %o is refused', (portMap, additional, message) => expect(() => build(portMap, additional)).toThrow(message));

  it('seed vector of read_port_mappings: ssh gets 36167, http 36975, premapped keeps 1111', () => {
    const heading =
      'Hub -1 (net0):\r\n  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n';
    const ssh = '  TCP[HOST_FORWARD]  24               *  36167       10.0.2.15    22     0     0\r\n';
    const http = '  TCP[HOST_FORWARD]  25               *  36975       10.0.2.15    80     0     0\r\n';
    const udp = '  UDP[236 sec]  49               *  33338       10.0.2.15 33337     0     0\r\n';
    const established = '  TCP[ESTABLISHED]  45       127.0.0.1  36167       10.0.2.15    22     0     0\r\n';
    let portMap = { ...device, premapped: { guest: 11, host: 1111 } };
    const steps = [heading, `${heading}${ssh}${udp}`, `${heading}${established}${http}${ssh}${udp}`].map((table) => {
      const rows = hostForwards(parseUsernetTable(table)).map((row) => ({
        guest: row.destinationPort,
        host: row.sourcePort,
      }));
      const read = applyReadBack(portMap, rows);
      portMap = { ...portMap, ...read.portMap };
      return [read.changed, read.complete];
    });
    expect(steps).toEqual([
      [false, false],
      [true, false],
      [true, true],
    ]);
    expect(portMap).toEqual({
      ssh: { guest: 22, host: 36167 },
      http: { guest: 80, host: 36975 },
      premapped: { guest: 11, host: 1111 },
    });
  });
});
