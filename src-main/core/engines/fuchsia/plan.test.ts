import { describe, expect, it } from 'vitest';
import { femuCapabilities } from '../femu/find-femu.ts';
import { capabilitiesOf } from '../testing/spec-of.ts';
import { planFuchsia } from './plan.ts';
import { fuchsiaPlanInput, fuchsiaSpec, linuxHost } from './testing/fuchsia-bench.ts';

type Input = Parameters<typeof planFuchsia>[0];
const argsOf = (input: Input) => planFuchsia(input).arguments.flatMap(({ args }) => args);
const valueAfter = (args: readonly string[], option: string) => args[args.indexOf(option) + 1];
const whys = (input: Input) => planFuchsia(input).arguments.map(({ why }) => why);

const handFlags = (args: string[]) => ({ args, envs: {}, features: [], kernel_args: ['a=1'], options: [] });

describe('planFuchsia on qemu', () => {
  it('has Slipway’s consoles and controls in place of ffx’s, each once, and says so', () => {
    const input = fuchsiaPlanInput(fuchsiaSpec());
    const args = argsOf(input);
    expect(args.filter((arg) => arg === '-serial')).toHaveLength(1);
    expect(valueAfter(args, '-serial')).toBe('chardev:serial0');
    expect(args).toContain('pipe,id=serial0,path=../boots/0001/serial');
    expect(args).not.toContain('-qmp-pretty');
    expect(args.filter((arg) => arg === '-monitor')).toHaveLength(1);
    expect(valueAfter(args, '-monitor')).toBe('chardev:monitor0');
    for (const option of ['-uuid', '-pidfile', '-S', '-no-user-config', '-sandbox']) {
      expect(args.filter((arg) => arg === option)).toHaveLength(1);
    }
    expect(args).not.toContain('-nodefaults');
    expect(whys(input).some((why) => /^Left out: -qmp-pretty .*outlive it/.test(why))).toBe(true);
  });

  it.each(['console', 'monitor'] as const)(
    'the same with ffx’s %s in front: there is no terminal to be on',
    (console) => {
      const args = argsOf(fuchsiaPlanInput(fuchsiaSpec({ console })));
      expect(args.some((arg) => /stdio|char0/.test(arg))).toBe(false);
      expect(valueAfter(args, '-append')).toContain('TERM=xterm-256color');
    },
  );

  it('weakness “forwards on all interfaces”: no forward is in argv, and each mapping is bound to loopback', () => {
    const input = fuchsiaPlanInput(fuchsiaSpec());
    expect(argsOf(input).some((arg) => arg.includes('hostfwd'))).toBe(false);
    expect(input.spec.host.ports).toEqual([
      { name: 'ssh', protocol: 'tcp', guest: 22, host: null, bind: '127.0.0.1' },
      { name: 'debug', protocol: 'tcp', guest: 2345, host: null, bind: '127.0.0.1' },
    ]);
  });

  it('weakness “forwards on all interfaces”: those of a person’s own template are bound to loopback too', () => {
    const template = '{"args":["-netdev","user,id=n,hostfwd=tcp::8022-:22"]}';
    const spec = fuchsiaSpec({ source: { from: 'template', template: '/t.hbs' } });
    expect(argsOf(fuchsiaPlanInput(spec, { template }))).toContain('user,id=n,hostfwd=tcp:127.0.0.1:8022-:22');
  });

  it('weakness “first-wins kernel args”: of two entries with one key the later one counts, and the order is stable', () => {
    const spec = fuchsiaSpec({ kernelArguments: ['zz=1', 'kernel.halt-on-panic=false', 'zz=2'] });
    const line = valueAfter(argsOf(fuchsiaPlanInput(spec)), '-append') ?? '';
    expect(line).toContain('kernel.halt-on-panic=false');
    expect(line).toContain('zz=2');
    expect(line).not.toContain('zz=1');
    expect(line.split(' ')).toEqual(line.split(' ').toSorted());
  });

  it('adapts what the binary does not know, and each adaptation is a row', () => {
    const input = fuchsiaPlanInput(fuchsiaSpec(), { capabilities: capabilitiesOf({ devices: ['virtio-tablet-pci'] }) });
    expect(argsOf(input)).toContain('virtio-tablet-pci');
    expect(whys(input)).toEqual(expect.arrayContaining([expect.stringMatching(/^Left out: -no-audio\./)]));
    expect(whys(input)).toEqual(expect.arrayContaining([expect.stringMatching(/virtio-tablet-pci for .*multitouch/)]));
  });

  it('keeps edited flags as they are but for what would take control', () => {
    const flags = handFlags(['-no-audio', '-S', '-daemonize', '-pidfile', '/x', '-serial', 'file:/second']);
    const args = argsOf(fuchsiaPlanInput(fuchsiaSpec({ flags })));
    expect(args.slice(0, 3)).toEqual(['-no-audio', '-serial', 'file:/second']);
    expect(args).not.toContain('-daemonize');
    expect(args.filter((arg) => arg === '-pidfile')).toHaveLength(1);
    expect(args.filter((arg) => arg === '-S')).toHaveLength(1);
    expect(valueAfter(args, '-append')).toBe('a=1');
  });

  it('puts the dev-config’s arguments behind the template’s, where QEMU takes the last', () => {
    const devConfig = { args: ['-initrd', '/other'], kernel_args: ['console=ttyS0'], env: { A: 'b' } };
    const input = fuchsiaPlanInput(fuchsiaSpec(), { devConfig });
    const args = argsOf(input);
    expect(args.lastIndexOf('-initrd')).toBeGreaterThan(args.indexOf('-initrd'));
    expect(args[args.lastIndexOf('-initrd') + 1]).toBe('/other');
    expect(planFuchsia(input).environment).toMatchObject({ A: 'b', QEMU_AUDIO_DRV: 'none' });
  });

  it('debugger: stays at the first instruction until its debugger comes', () => {
    const input = fuchsiaPlanInput(fuchsiaSpec({ debugger: true }));
    expect(input.spec.runtime.debug).toMatchObject({ startPaused: true, gdb: { port: null } });
    expect(argsOf(input)).not.toContain('-gdb');
    expect(whys(input).join('\n')).toContain('attaches to the socket run/gdb');
    expect(planFuchsia(input).awaitsDebugger).toBe(false);
  });

  it('a window: no system call filter, and it says why', () => {
    const input = fuchsiaPlanInput(fuchsiaSpec({ headless: false }));
    expect(argsOf(input)).not.toContain('-sandbox');
    expect(whys(input).some((why) => why.startsWith('The system call filter is off'))).toBe(true);
    expect(planFuchsia(input).environment).toEqual({ QEMU_AUDIO_DRV: 'none' });
  });

  it('tap: the upscript runs first, with the interface’s name', () => {
    const spec = fuchsiaSpec({ upscript: '/up.sh' }, { networking: 'tap' });
    const input = fuchsiaPlanInput(spec);
    expect(planFuchsia(input).preparations).toEqual([{ step: 'run the upscript', program: '/up.sh', args: ['qemu'] }]);
    expect(input.spec.host.ports).toEqual([]);
    expect(planFuchsia(fuchsiaPlanInput(fuchsiaSpec({ upscript: '/up.sh' }))).preparations).toEqual([]);
  });

  it('a template that cannot be rendered is an error with its line', () => {
    const spec = fuchsiaSpec({ source: { from: 'template', template: '/t.hbs' } });
    expect(() => planFuchsia(fuchsiaPlanInput(spec, { template: '{"args":[\n{{nothing}}]}' }))).toThrow(/nothing/);
  });
});

describe('planFuchsia on femu', () => {
  const capabilities = femuCapabilities('/sdk/aemu', 'x86_64');
  const femu = (guest: object = {}) => fuchsiaPlanInput(fuchsiaSpec({ engine: 'femu', ...guest }), { capabilities });

  it('has features and options before -fuchsia, and QEMU’s arguments with Slipway’s after it', () => {
    const args = argsOf(femu());
    const at = args.indexOf('-fuchsia');
    expect(args.slice(0, at)).toEqual([
      '-feature',
      'VirtioInput,GLDirectMem,HostComposition,Vulkan,RefCountPipe',
      '-metrics-collection',
      '-no-hidpi-scaling',
      '-gpu',
      'swiftshader_indirect',
      '-no-window',
      '-window-size',
      '1280x800',
      '-no-location-ui',
    ]);
    for (const option of ['-kernel', '-append', '-uuid', '-S', '-serial'])
      expect(args.indexOf(option)).toBeGreaterThan(at);
    // Written for this QEMU, so nothing of it is adapted.
    expect(args).toContain('-no-audio');
    expect(args).not.toContain('-sandbox');
  });

  it('debugger: the emulator waits by itself, and its silence is no failure', () => {
    const plan = planFuchsia(femu({ debugger: true }));
    const args = plan.arguments.flatMap((argument) => argument.args);
    expect(args.indexOf('-wait-for-debugger')).toBeGreaterThan(0);
    expect(args.indexOf('-wait-for-debugger')).toBeLessThan(args.indexOf('-fuchsia'));
    expect(args).not.toContain('-gdb');
    expect(plan.awaitsDebugger).toBe(true);
  });

  it('is chosen by itself where host and guest are alike and it is installed', () => {
    const auto = (host = linuxHost) => fuchsiaPlanInput(fuchsiaSpec({ engine: 'auto' }), { host }).spec.guest.engine;
    expect(auto()).toBe('femu');
    expect(auto({ ...linuxHost, architecture: 'arm64' })).toBe('qemu');
    expect(auto({ ...linuxHost, femu: null })).toBe('qemu');
  });
});
