import { describe, expect, it } from 'vitest';
import { bootOf, choiceOf, portMappingOf, portNumberOf, secondsOf, wholeNumberOf } from './option-values.ts';
import { UsageError } from './usage.ts';

describe('values of options', () => {
  it.each([
    ['ssh:22', { name: 'ssh', protocol: 'tcp', guest: 22, host: null }],
    ['ssh:22:2222', { name: 'ssh', protocol: 'tcp', guest: 22, host: 2222 }],
    ['ssh:22:0', { name: 'ssh', protocol: 'tcp', guest: 22, host: null }],
    ['dns:53:5353/udp', { name: 'dns', protocol: 'udp', guest: 53, host: 5353 }],
    ['web:80:0.0.0.0:8080', { name: 'web', protocol: 'tcp', guest: 80, host: 8080, bind: '0.0.0.0' }],
    ['web:80:0.0.0.0:0/tcp', { name: 'web', protocol: 'tcp', guest: 80, host: null, bind: '0.0.0.0' }],
  ])('--port %s', (text, mapping) => {
    expect(portMappingOf(text)).toEqual(mapping);
  });

  it.each([
    '',
    'ssh',
    '22',
    '22:22:22:22:22',
    'ssh:',
    'ssh:x',
    'ssh:22:',
    'ssh:0',
    'ssh:65536',
    'ssh:22:65536',
    'a:1/x',
    '8080:80',
    '127.0.0.1:8080:80',
  ])('--port "%s" is refused', (text) => {
    expect(() => portMappingOf(text)).toThrow(UsageError);
  });

  it('are refused with the name of the option', () => {
    expect(() => wholeNumberOf('1.5', '--smp')).toThrow('--smp takes a whole number, not "1.5"');
    expect(() => wholeNumberOf('9'.repeat(30), '--smp')).toThrow(UsageError);
    expect(() => secondsOf('', '--timeout')).toThrow('--timeout takes seconds');
    expect(() => secondsOf('-1', '--timeout')).toThrow(UsageError);
    expect(() => secondsOf('soon', '--timeout')).toThrow(UsageError);
    expect(() => choiceOf('ppc', ['x86_64', 'riscv64'], '--arch')).toThrow('--arch is one of x86_64, riscv64');
    expect(() => portNumberOf('0', '--gdb-port')).toThrow(UsageError);
    expect(() => bootOf('0')).toThrow(UsageError);
    expect(() => bootOf('last')).toThrow(UsageError);
  });

  it('are taken', () => {
    expect(secondsOf('1.5', '--timeout')).toBe(1500);
    expect(secondsOf('0', '--timeout')).toBe(0);
    expect(portNumberOf('0', '--port', 0)).toBe(0);
    expect(bootOf(undefined)).toBeNull();
    expect(bootOf('3')).toBe(3);
  });
});
