import { describe, expect, it } from 'vitest';
import { configurationOf } from './configuration.ts';
import { decide, settledSpec } from './decide.ts';
import { fuchsiaSpec, linuxHost, testDevice, testSources } from './testing/fuchsia-bench.ts';

const port = (name: string, guest: number, host: number | null) =>
  ({ name, protocol: 'tcp', guest, host, bind: '127.0.0.1' }) as const;

describe('decide', () => {
  it('engine: says why it is qemu where ffx would say nothing', () => {
    const auto = fuchsiaSpec({ engine: 'auto' });
    const reason = (host = linuxHost, sources = testSources()) => decide(auto, sources, host).engine;
    expect(reason()).toMatchObject({ value: 'femu' });
    expect(reason({ ...linuxHost, femu: null })).toEqual({
      value: 'qemu',
      reason: 'femu is not installed.',
      hint: 'It comes with the Fuchsia SDK.',
    });
    const arm = testSources({ device: testDevice({ cpu: { arch: 'arm64', count: 4 } }) });
    expect(reason(linuxHost, arm)).toMatchObject({ value: 'qemu', reason: expect.stringContaining('arm64') });
    const shell = testSources({ kernel: null, zbi: null, disk: { kind: 'fat', file: '/f', field: 'x' } });
    expect(reason(linuxHost, shell)).toMatchObject({ value: 'qemu', reason: 'UEFI needs QEMU.' });
  });

  it('networking: tap only where the interface is free, and the reason names it', () => {
    const auto = fuchsiaSpec({}, { networking: 'auto' });
    const tap = { exists: true, isTap: true, isUp: true, isRunning: false };
    expect(decide(auto, testSources(), { ...linuxHost, tap }).networking.value).toBe('tap');
    const busy = decide(auto, testSources(), { ...linuxHost, tap: { ...tap, isRunning: true } }).networking;
    expect(busy).toMatchObject({ value: 'user', reason: expect.stringContaining('Another program uses') });
  });

  it('ports: the Spec’s first, in their order, then the device’s on free host ports', () => {
    const spec = fuchsiaSpec({}, { ports: [port('http', 80, 8080), port('ssh', 22, 8022)] });
    expect(decide(spec, testSources(), linuxHost).ports).toEqual([
      port('http', 80, 8080),
      port('ssh', 22, 8022),
      port('debug', 2345, null),
    ]);
    const none = fuchsiaSpec({ console: 'console' }, { networking: 'none' });
    expect(decide(none, testSources(), linuxHost).ports).toEqual([]);
  });
});

describe('settledSpec and configurationOf', () => {
  const files = {
    kernel: '/i/k',
    zbi: '/i/z',
    disk: '/i/d',
    ovmfCode: null,
    ovmfVariables: null,
    zbiHash: 'a',
    diskHash: 'b',
  };
  const configured = (spec = fuchsiaSpec(), sources = testSources(), host = linuxHost) =>
    configurationOf(settledSpec(spec, sources, decide(spec, sources, host)), sources, host, files, { directory: '/i' });

  it('the device decides architecture, memory and processors', () => {
    const device = testDevice({ cpu: { arch: 'riscv64', count: 2 } });
    const sources = testSources({ device });
    const settled = settledSpec(fuchsiaSpec(), sources, decide(fuchsiaSpec(), sources, linuxHost));
    expect(settled).toMatchObject({ architecture: 'riscv64', device: { memoryMiB: 8192, processors: 2 } });
  });

  it('is ffx’s configuration: images, MAC from the name, a serial number that stays', () => {
    const configuration = configured();
    expect(configuration.guest).toMatchObject({
      kernel_image: '/i/k',
      ramdisk: { path: '/i/z', kind: 'Zbi' },
      disk_image: { Fxfs: '/i/d' },
      zbi_hash: 'a',
      disk_hash: 'b',
    });
    expect(configuration.runtime.mac_address).toBe('52:54:47:5e:82:ef');
    expect(configuration.runtime.serial_number).toMatch(/^EM-[0-9A-F]{9}$/);
    expect(configured().runtime.serial_number).toBe(configuration.runtime.serial_number);
    expect(configured(fuchsiaSpec({ serialNumber: false })).runtime.serial_number).toBeNull();
    expect(configuration.host.port_map).toEqual({ ssh: { guest: 22, host: null }, debug: { guest: 2345, host: null } });
  });

  it('a name of several words is one word for the kernel', () => {
    const spec = { ...fuchsiaSpec(), name: 'My guest, two' };
    expect(configured(spec).runtime.name).toBe('my-guest-two');
  });

  it('a vsock is left out where the host has none, and gets an id where the device leaves it open', () => {
    const sources = testSources({ device: testDevice({ vsock: { enabled: true, cid: 0 } }) });
    expect(configured(fuchsiaSpec(), sources).device.vsock).toEqual({ enabled: false, cid: 0 });
    const vsock = configured(fuchsiaSpec(), sources, { ...linuxHost, hasVsock: true }).device.vsock;
    expect(vsock?.enabled).toBe(true);
    expect(vsock?.cid).toBeGreaterThan(2);
  });
});
