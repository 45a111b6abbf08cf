import { describe, expect, it } from 'vitest';
import { draftSchema, type FileReference } from '../../../src-shared/model/spec.ts';
import { formFromDraft, newForm, withDropped, withKind } from './form.ts';
import { newDisk, newPort } from './form-rows.ts';
import { draftFromForm } from './form-to-draft.ts';

const file = (shown: string): FileReference => ({ token: `path-${'0'.repeat(32)}`, shown });
const kinds = ['demo', 'linux', 'kernel', 'disk', 'firmware'] as const;

describe('a new form', () => {
  it('asks the demo guest and the Linux guest for nothing', () => {
    expect(draftFromForm(newForm('demo', 'demo', 'x86_64')).draft).toEqual(
      draftSchema.parse({ name: 'demo', guest: { kind: 'demo' } }),
    );
    expect(draftFromForm(newForm('linux', 'linux', 'x86_64')).draft?.host.ports).toEqual([
      { name: 'ssh', protocol: 'tcp', guest: 22, host: null, bind: '127.0.0.1' },
    ]);
  });

  it.each([
    ['kernel', 'guest.kernel'],
    ['disk', 'guest.disks.0.file'],
    ['firmware', 'guest.image.file'],
  ] as const)('of kind %s misses %s', (kind, field) => {
    const { draft, problems } = draftFromForm(newForm(kind, 'x', 'x86_64'));
    expect(draft).toBeNull();
    expect(problems).toMatchObject([{ field, missing: true }]);
  });
});

describe('problems', () => {
  it('point at their fields, and tell what is missing from what is wrong', () => {
    const form = {
      ...newForm('demo', ' ', 'x86_64' as const),
      memoryMiB: 'lots',
      processors: '',
      ports: [{ ...newPort('a b', '0'), host: '70000' }],
    };
    const { problems } = draftFromForm(form);
    expect(Object.fromEntries(problems.map(({ field, missing }) => [field, missing]))).toEqual({
      name: true,
      'device.memoryMiB': false,
      'device.processors': true,
      'host.ports.0.name': false,
      'host.ports.0.guest': false,
      'host.ports.0.host': false,
    });
    expect(problems.every(({ message }) => /^[A-Z].*\.$/s.test(message))).toBe(true);
  });

  it('do not come from ports that are not used', () => {
    const form = { ...newForm('demo', 'x', 'x86_64' as const), networking: 'none' as const, ports: [newPort('', 'x')] };
    expect(draftFromForm(form).problems).toEqual([]);
  });
});

describe('editing', () => {
  it('gives back the draft it was given', () => {
    const draft = draftSchema.parse({
      name: 'net',
      group: 'nightly',
      notes: 'two\nlines',
      architecture: 'aarch64',
      guest: {
        kind: 'kernel',
        kernel: file('/k'),
        initrd: file('/i'),
        append: 'quiet',
        disks: [{ file: file('/d.raw'), access: 'copy', format: 'raw', interface: 'ide', place: 2, serial: 'S1' }],
      },
      device: { machine: 'virt', memoryMiB: 2048, processors: 4, serialPorts: 3, display: 'none', entropy: false },
      host: {
        networkDevice: 'e1000',
        ports: [{ name: 'ssh', protocol: 'tcp', guest: 22, host: 2222, bind: '0.0.0.0' }],
      },
      runtime: {
        debug: { gdb: { port: 1234 }, startPaused: true, log: ['int'] },
        readiness: [
          { kind: 'serial', pattern: 'login:' },
          { kind: 'command', arguments: ['ssh', 'a b'] },
        ],
        extraArguments: '-device edu',
      },
    });
    expect(draftFromForm(formFromDraft(draft)).draft).toEqual(draft);
  });

  it('gives back firmware pairs and disks too', () => {
    for (const guest of [
      { kind: 'firmware', image: { as: 'pflash', code: file('/c'), variables: file('/v') }, efiDirectory: file('/e') },
      { kind: 'firmware', image: { as: 'bios', file: file('/b') } },
      { kind: 'disk', disks: [{ file: file('/d.iso'), media: 'cdrom', interface: 'ide' }], firmware: 'uefi' },
    ]) {
      const draft = draftSchema.parse({ name: 'x', guest, runtime: { readiness: [] } });
      expect(draftFromForm(formFromDraft(draft)).draft).toEqual(draft);
    }
  });
});

it('begins with what a person wants new instances to begin with', () => {
  const defaults = { memoryMiB: 2048, processors: 3, keepBoots: 9, transcriptMiB: 7, powerdownMs: 1500 };
  const { draft } = draftFromForm(newForm('demo', 'x', 'x86_64', defaults));
  expect(draft).toMatchObject({
    device: { memoryMiB: 2048, processors: 3 },
    runtime: { keepBoots: 9, transcriptMiB: 7, powerdownMs: 1500 },
  });
});

describe('another kind', () => {
  it('keeps what was typed and moves what was not', () => {
    const form = { ...newForm('kernel', 'kernel', 'x86_64' as const), kernel: file('/k'), append: 'quiet' };
    const there = withKind(form, 'linux', 'linux');
    expect(there).toMatchObject({ name: 'linux', kernel: file('/k'), append: 'quiet', ports: [{ name: 'ssh' }] });
    expect(withKind({ ...there, nameTouched: true, portsTouched: true }, 'demo', 'demo')).toMatchObject({
      name: 'linux',
      ports: [{ name: 'ssh' }],
    });
    expect(withKind(there, 'disk', 'disk').disks).toHaveLength(1);
  });
});

describe('a dropped file', () => {
  const drop = (kind: (typeof kinds)[number], path: string) =>
    withDropped(newForm(kind, 'x', 'x86_64'), file(path), (next) => next);

  it('goes where it most likely belongs', () => {
    expect(drop('demo', '/a/root.qcow2')).toMatchObject({ kind: 'disk', name: 'disk', disks: [{ access: 'overlay' }] });
    expect(drop('demo', '/a/debian.iso')).toMatchObject({
      kind: 'disk',
      disks: [{ media: 'cdrom', access: 'read-only' }],
    });
    expect(drop('linux', '/a/OVMF.fd')).toMatchObject({ kind: 'firmware', image: { shown: '/a/OVMF.fd' } });
    expect(drop('demo', '/a/bzImage')).toMatchObject({ kind: 'kernel', kernel: { shown: '/a/bzImage' } });
  });

  it('fills the next free place of the chosen kind', () => {
    const once = drop('kernel', '/a/bzImage');
    const twice = withDropped(once, file('/a/initrd.gz'), (next) => next);
    expect(twice).toMatchObject({ kernel: { shown: '/a/bzImage' }, initrd: { shown: '/a/initrd.gz' } });
    expect(withDropped(twice, file('/a/d.raw'), (next) => next).disks).toHaveLength(1);
    expect(newDisk().file).toBeNull();
  });
});
