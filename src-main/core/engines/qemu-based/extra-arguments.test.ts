import { describe, expect, it } from 'vitest';
import { specOf } from '../testing/spec-of.ts';
import { extraArgumentFindings, extraArgumentRows } from './extra-arguments.ts';

const withExtra = (extraArguments: string) => specOf({ guest: { kind: 'demo' }, runtime: { extraArguments } });
const findings = (text: string) =>
  extraArgumentFindings(withExtra(text)).map((f) => `${f.severity}: ${f.failure.message}`);

describe('extraArgumentFindings', () => {
  it.each([
    '-daemonize',
    '--daemonize',
    '-pidfile /tmp/p',
    '-uuid x',
    '-S',
    '-preconfig',
    '-runas nobody',
    '-chroot /',
  ])('refuses %s with a cause and a hint', (text) => {
    const [first] = extraArgumentFindings(withExtra(`-device edu ${text}`));
    expect(first).toMatchObject({
      severity: 'error',
      failure: { code: 'invalid_input', field: 'runtime.extraArguments' },
    });
    expect(first?.failure.cause).toBeTruthy();
    expect(first?.failure.hint).toBeTruthy();
  });

  it.each([
    '-chardev socket,id=qmp0,path=x',
    '-mon chardev=monitor0',
    '-serial chardev:serial0',
    '-set chardev.serial0.path=/x',
    '-netdev user,id=net0',
    '-blockdev driver=raw,node-name=pflash0',
  ])('keeps our own objects ours: %s', (text) => expect(findings(text)[0]).toMatch(/^error: ".*" in -/));

  it.each([
    '-append -S',
    '-device edu -s -trace enable=x',
    '-qmp unix:/tmp/mine,server=on,wait=off',
    '-serial file:/tmp/second -chardev null,id=qmp01',
    '-kernel -daemonize',
    '',
  ])('leaves the rest alone: %s', (text) => expect(findings(text)).toEqual([]));

  it('warns of what will not do what it seems to', () => {
    expect(findings('-serial mon:stdio')).toEqual(['warning: -serial mon:stdio has no terminal to talk to.']);
    expect(findings('-D /tmp/log')[0]).toMatch(/^warning: With -D/);
  });

  it('refuses a second gdb stub only when there is a first', () => {
    const spec = withExtra('-s');
    expect(extraArgumentFindings(spec)).toEqual([]);
    const both = { ...spec, runtime: { ...spec.runtime, debug: { ...spec.runtime.debug, gdb: { port: null } } } };
    expect(extraArgumentFindings(both)).toHaveLength(1);
  });

  it('says what cannot be read', () =>
    expect(findings("-append 'a")).toEqual(['error: The extra arguments cannot be read.']));
});

describe('extraArgumentRows', () => {
  it('keeps every word and groups options with their values', () => {
    const rows = extraArgumentRows(withExtra(`-append "a  b" -s disk.img`));
    expect(rows.map((r) => r.args)).toEqual([
      ['-append', 'a  b'],
      ['-gdb', 'tcp:127.0.0.1:1234', 'disk.img'],
    ]);
  });

  it.each([
    ['--s', '-gdb tcp:127.0.0.1:1234'],
    ['-gdb tcp::9000,server=on', '-gdb tcp:127.0.0.1:9000,server=on'],
    ['-gdb tcp:0.0.0.0:9000', '-gdb tcp:0.0.0.0:9000'],
    ['-gdb unix:/tmp/mine,server=on', '-gdb unix:/tmp/mine,server=on'],
    ['-append -s', '-append -s'],
    ['-S -smp 2', '-S -smp 2'],
  ])('a gdb stub without an address listens here only: %s', (typed, args) => {
    expect(extraArgumentRows(withExtra(typed)).flatMap((r) => r.args)).toEqual(args.split(' '));
  });
});
