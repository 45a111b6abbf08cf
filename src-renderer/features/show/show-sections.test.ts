import { describe, expect, it } from 'vitest';
import { blocksOf, optionLines, sectionsOf } from './show-sections.ts';

describe('the sections of show', () => {
  it('are in one order, whatever order they come in', () => {
    expect(sectionsOf([{ Net: {} }, { Cmd: {} }, { Unknown: {} }]).map(({ name }) => name)).toEqual(['Cmd', 'Net']);
  });

  it('put each option of a command on its own line', () => {
    expect(optionLines(['-m', '8192M', '-fuchsia', '-append', "a b'c"])).toEqual([
      '-m 8192M',
      '-fuchsia',
      "-append 'a b'\\''c'",
    ]);
    expect(optionLines(['boot', '-x'])).toEqual(['boot', '-x']);
    const blocks = blocksOf({ name: 'Cmd', value: { program: '/q', args: ['-S'], env: {} } });
    expect(blocks.map(({ title }) => title)).toEqual([null, 'Arguments']);
  });

  it('read sizes, names and ports as a person would say them', () => {
    const [plain, ports] = blocksOf({
      name: 'Device',
      value: { device: { cpu_count: 4, memory_bytes: 2 ** 33, cid: null, ports: { ssh: 22 } } },
    });
    expect(plain?.facts).toEqual([
      { label: 'CPU count', value: '4', machine: true },
      { label: 'Memory', value: '8.0 GiB', machine: false },
      { label: 'CID', value: '–', machine: false },
    ]);
    expect(ports).toMatchObject({ title: 'Ports', facts: [{ label: 'ssh', value: '22' }] });
    const [, mapped] = blocksOf({
      name: 'Net',
      value: { mode: 'user', mac_address: '52:54:47:5e:82:ef', ports: { ssh: { guest: 22, host: 8022 } } },
    });
    expect(mapped?.facts).toEqual([{ label: 'ssh', value: 'guest 22, host 8022', machine: true }]);
  });

  it('survive shapes that are not ffx’s', () => {
    for (const name of ['Cmd', 'Config', 'Device', 'Net', 'Instance', 'Raw'] as const)
      for (const value of [null, 3, [], 'x', { flags: null }]) expect(() => blocksOf({ name, value })).not.toThrow();
  });
});
