import { describe, expect, it } from 'vitest';
import { effectiveKernelArguments } from './kernel-arguments.ts';

const template = ['TERM=dumb', 'zircon.nodename=one', 'verbose'];

describe('effectiveKernelArguments', () => {
  it('sorts, and drops nothing that is different', () => {
    expect(effectiveKernelArguments({ template }).effective).toEqual(['TERM=dumb', 'verbose', 'zircon.nodename=one']);
  });

  it("weakness of ffx: of repeated --kernel-args the last wins, as ffx's help says, not the first", () => {
    const { effective } = effectiveKernelArguments({ template: [], kernelArgs: ['a=first', 'b=1', 'a=last'] });
    expect(effective).toEqual(['a=last', 'b=1']);
  });

  it('a person beats the template, and the command line beats the dev-config file', () => {
    const { effective, entries } = effectiveKernelArguments({
      template,
      devConfig: ['TERM=vt100', 'x=1'],
      kernelArgs: ['TERM=xterm', 'zircon.nodename=two'],
    });
    expect(effective).toEqual(['TERM=xterm', 'verbose', 'x=1', 'zircon.nodename=two']);
    expect(entries.filter((entry) => entry.overriddenBy !== null)).toEqual([
      { text: 'TERM=dumb', source: 'template', overriddenBy: 'TERM=xterm' },
      { text: 'zircon.nodename=one', source: 'template', overriddenBy: 'zircon.nodename=two' },
      { text: 'TERM=vt100', source: 'dev-config', overriddenBy: 'TERM=xterm' },
    ]);
  });

  it('splits an entry of several words, as the kernel will', () => {
    expect(effectiveKernelArguments({ template: [], kernelArgs: [' a=1  b ', ''] }).effective).toEqual(['a=1', 'b']);
  });

  it('marks the first of two equal entries as replaced', () => {
    const { effective, entries } = effectiveKernelArguments({ template: ['a'], kernelArgs: ['a'] });
    expect(effective).toEqual(['a']);
    expect(entries.map((entry) => entry.overriddenBy)).toEqual(['a', null]);
  });
});
