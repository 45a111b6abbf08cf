import { describe, expect, it } from 'vitest';
import type { BundleSummary } from '../../../../src-shared/model/fuchsia.ts';
import { type Draft, draftSchema, type FileReference } from '../../../../src-shared/model/spec.ts';
import { formFromDraft, type LaunchForm, newForm, withDropped, withKind } from '../form.ts';
import { newPort } from '../form-rows.ts';
import { draftFromForm } from '../form-to-draft.ts';
import {
  chosenDevice,
  diskKindOf,
  type FuchsiaForm,
  newFuchsia,
  portsForDevice,
  withBundle,
  withDevice,
  withoutDevice,
} from './fuchsia-form.ts';

const file = (shown: string): FileReference => ({ token: `path-${'0'.repeat(32)}`, shown });
const device = (name: string, recommended = false): BundleSummary['devices'][number] => ({
  name,
  description: '',
  recommended,
  architecture: 'aarch64',
  memoryBytes: 8 * 2 ** 30,
  storageBytes: 2 ** 30,
  processors: 4,
  ports: { ssh: 22, debug: 2345 },
});
const bundle: BundleSummary = {
  path: '/b',
  name: 'core',
  version: '1',
  sdkVersion: '2',
  systems: [{ slot: 'b', kernel: null, zbi: null, disk: null }],
  devices: [device('small'), device('large', true)],
  problems: [],
};
const form = (fuchsia: Partial<FuchsiaForm>): LaunchForm => ({
  ...newForm('fuchsia', 'fuchsia-emulator', 'x86_64'),
  fuchsia: { ...newFuchsia(), ...fuchsia },
});
const guestOf = (draft: Draft | null): Record<string, unknown> => ({ ...draft?.guest });

describe('a new Fuchsia form', () => {
  it('has the defaults of the draft, and networking by itself', () => {
    const { draft } = draftFromForm(form({ directory: file('/b') }));
    expect(draft).toEqual(
      draftSchema.parse({
        name: 'fuchsia-emulator',
        guest: { kind: 'fuchsia', source: { from: 'bundle', directory: file('/b') } },
        device: { memoryMiB: 4096, processors: 4 },
        host: { networking: 'auto' },
      }),
    );
  });

  it.each([
    ['bundle', 'guest.source.directory'],
    ['files', 'guest.source.kernel'],
    ['template', 'guest.source.template'],
  ] as const)('from %s misses %s', (from, field) => {
    const { draft, problems } = draftFromForm(form({ from }));
    expect(draft).toBeNull();
    expect(problems).toMatchObject([{ field, missing: true }]);
  });

  it('needs no kernel beside a disk that boots by itself', () => {
    const files = { from: 'files', disk: file('/esp.img') } as const;
    expect(draftFromForm(form({ ...files, diskKind: 'fat' })).problems).toEqual([]);
    expect(draftFromForm(form({ ...files, diskKind: 'fxfs' })).problems).toHaveLength(1);
  });

  it('gives kernel arguments one per line, without empty lines', () => {
    const { draft } = draftFromForm(form({ directory: file('/b'), kernelArguments: ' a=1 \n\nb c\n' }));
    expect(guestOf(draft).kernelArguments).toEqual(['a=1', 'b c']);
  });

  it('says where flags are not JSON, and where they are not flags', () => {
    const problem = (flags: string) => draftFromForm(form({ directory: file('/b'), flags })).problems;
    expect(problem('{')).toMatchObject([{ field: 'guest.flags', missing: false }]);
    expect(problem('{"args":[]}').every(({ field }) => field.startsWith('guest.flags.'))).toBe(true);
  });
});

describe('editing a Fuchsia instance', () => {
  it.each([
    { from: 'bundle', directory: file('/b'), system: 'b', device: 'large' },
    { from: 'files', kernel: file('/k'), zbi: file('/z'), disk: { kind: 'fvm', file: file('/d') } },
    { from: 'files', kernel: file('/k') },
    { from: 'template', template: file('/t') },
  ])('gives back the draft it was given: $from', (source) => {
    const draft = draftSchema.parse({
      name: 'f',
      architecture: 'riscv64',
      guest: {
        kind: 'fuchsia',
        source,
        virtualDevice: source.from === 'template' ? null : file('/v'),
        engine: 'femu',
        gpu: 'host',
        headless: false,
        hidpiScaling: true,
        console: 'monitor',
        debugger: true,
        kernelArguments: ['a', 'b=c d'],
        devConfig: file('/c'),
        smp: '4,threads=2',
        serialNumber: false,
        reuse: 'restage',
        uefi: true,
        vbmetaKey: file('/p'),
        vbmetaKeyMetadata: file('/m'),
        upscript: file('/u'),
        verbose: true,
        flags: { args: ['-x'], envs: { A: 'b' }, features: [], kernel_args: [], options: [] },
      },
      device: { machine: 'virt', cpu: 'max', memoryMiB: 1024, processors: 2 },
      host: {
        acceleration: 'tcg',
        networking: 'user',
        ports: [{ name: 'ssh', protocol: 'tcp', guest: 22, host: 8022 }],
      },
      runtime: { debug: { startPaused: true, gdb: { port: 1234 } }, staging: 'restage', readiness: [] },
    });
    expect(draftFromForm(formFromDraft(draft)).draft).toEqual(draft);
  });
});

describe('ports of a device', () => {
  const ports = [
    { ...newPort('ssh', '22'), host: '8022', ofDevice: true },
    { ...newPort('old', '99'), ofDevice: true },
    { ...newPort('web', '80'), ofDevice: false },
  ];

  it('come first, keep the host side that was typed for their names, and go with their device', () => {
    expect(
      portsForDevice(ports, { debug: 2345, ssh: 222 }).map(({ name, guest, host, ofDevice }) => [
        name,
        guest,
        host,
        ofDevice,
      ]),
    ).toEqual([
      ['debug', '2345', '', true],
      ['ssh', '222', '8022', true],
      ['web', '80', '', false],
    ]);
    expect(portsForDevice(ports, {}).map(({ name }) => name)).toEqual(['web']);
  });

  it('take over one of the same name that was stored or added', () => {
    const stored = [{ ...newPort('ssh', '22'), host: '9022', ofDevice: false }];
    expect(portsForDevice(stored, { ssh: 22 })).toMatchObject([{ name: 'ssh', host: '9022', ofDevice: true }]);
  });

  it('are mapped only where there is user mode', () => {
    const mapped = (networking: FuchsiaForm['networking']) =>
      draftFromForm(form({ directory: file('/b'), networking, ports })).draft?.host.ports.length;
    expect([mapped('user'), mapped('auto'), mapped('tap'), mapped('none')]).toEqual([3, 3, 0, 0]);
  });
});

describe('a bundle that was read', () => {
  it('chooses the recommended device and a system it has', () => {
    expect(chosenDevice(bundle, null)?.name).toBe('large');
    expect(chosenDevice(bundle, 'small')?.name).toBe('small');
    expect(withBundle(newFuchsia(), bundle)).toMatchObject({
      device: null,
      system: 'b',
      architecture: 'aarch64',
      memoryMiB: '8192',
      ports: [{ name: 'ssh' }, { name: 'debug' }],
    });
    expect(withBundle({ ...newFuchsia(), device: 'gone' }, bundle).device).toBeNull();
    expect(withBundle({ ...newFuchsia(), device: 'small' }, bundle).device).toBe('small');
  });

  it('leaves the device to a virtual device file', () => {
    const there = withBundle({ ...newFuchsia(), virtualDevice: file('/v') }, bundle);
    expect(there).toMatchObject({ architecture: 'x86_64', ports: [] });
    const [large] = bundle.devices;
    expect(withoutDevice(large === undefined ? there : withDevice(there, large)).ports).toEqual([]);
  });

  it('keeps a size a draft can say', () => {
    expect(withDevice(newFuchsia(), { ...device('x'), memoryBytes: 1, processors: 0 })).toMatchObject({
      memoryMiB: '4',
      processors: '1',
    });
  });
});

describe('what Fuchsia alone knows', () => {
  it('does not follow to other kinds', () => {
    const there = withKind(form({ networking: 'tap', memoryMiB: '8192', debugger: true }), 'demo', 'demo');
    expect(draftFromForm(there).draft).toEqual(draftSchema.parse({ name: 'demo', guest: { kind: 'demo' } }));
  });
});

describe('a dropped Fuchsia file', () => {
  const drop = (fuchsia: Partial<FuchsiaForm>, path: string) =>
    withDropped(form(fuchsia), file(path), (kind) => kind).fuchsia;

  it('goes where it most likely belongs', () => {
    expect(drop({}, '/a/fuchsia.zbi')).toMatchObject({ from: 'files', zbi: { shown: '/a/fuchsia.zbi' } });
    expect(drop({}, '/a/fvm.blk')).toMatchObject({ from: 'files', diskKind: 'fvm', disk: { shown: '/a/fvm.blk' } });
    expect(drop({}, '/a/device.json')).toMatchObject({ from: 'bundle', virtualDevice: { shown: '/a/device.json' } });
    expect(drop({}, '/a/bundle')).toMatchObject({ from: 'bundle', directory: { shown: '/a/bundle' } });
    expect(drop({ from: 'files' }, '/a/multiboot.bin')).toMatchObject({ kernel: { shown: '/a/multiboot.bin' } });
    expect(diskKindOf('/gpt/thing.blk')).toBeNull();
  });

  it('brings its kind along', () => {
    const demo = newForm('demo', 'demo', 'x86_64');
    expect(withDropped(demo, file('/a/x.zbi'), (kind) => kind)).toMatchObject({ kind: 'fuchsia', name: 'fuchsia' });
  });
});

describe('a bundle that was written down without its device, as ffx keeps it', () => {
  const ofSize = (processors: number, ports: Record<string, number> = { ssh: 22 }) => ({
    ...device(`${processors}`, processors === 4),
    processors,
    ports,
  });
  const sized = { ...bundle, devices: [ofSize(4), ofSize(2), ofSize(2, { ssh: 22, web: 80 })] };
  const stored = draftSchema.parse({
    name: 'x',
    architecture: 'aarch64',
    guest: { kind: 'fuchsia', source: { from: 'bundle', directory: file('/b') } },
    device: { memoryMiB: 8192, processors: 2 },
    host: { ports: [{ name: 'ssh', protocol: 'tcp', guest: 22, host: 8022 }] },
  });
  const from = (draft: Draft) => withBundle(formFromDraft(draft).fuchsia, sized);

  it('is the one of that size and with those ports', () => {
    expect(from(stored)).toMatchObject({ device: '2', processors: '2', ports: [{ name: 'ssh', host: '8022' }] });
  });

  it('stays the recommended one where that fits, or where none does', () => {
    expect(from({ ...stored, device: { ...stored.device, processors: 4 } }).device).toBeNull();
    expect(from({ ...stored, device: { ...stored.device, processors: 3 } }).device).toBeNull();
    expect(withBundle({ ...newFuchsia(), processors: '2', memoryMiB: '8192' }, sized).device).toBeNull();
  });
});
