import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeOptionValue, extendOption, option } from './option.ts';

/** An independent reading of QEMU's rules, character by character: a lone comma ends a value, two commas are one. */
function parse(line: string): { first: string | null; properties: [string, string][] } {
  const fields: string[] = [];
  let field = '';
  for (let at = 0; at < line.length; at++) {
    if (line[at] !== ',') field += line[at];
    else if (line[at + 1] === ',') {
      field += ',';
      at++;
    } else {
      fields.push(field);
      field = '';
    }
  }
  fields.push(field);
  const properties: [string, string][] = [];
  let first: string | null = null;
  for (const [index, text] of fields.entries()) {
    const equals = text.indexOf('=');
    if (equals < 0 && index === 0) first = text;
    else properties.push([text.slice(0, equals), text.slice(equals + 1)]);
  }
  return { first, properties };
}

const key = fc.stringMatching(/^[a-z][a-z0-9._-]{0,12}$/);
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(',', '=', ':', ' ', 'a', 'é', '"', '\\', '\n') }),
);

describe('option', () => {
  it('gives QEMU back exactly what was put in', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 6 }), (properties) => {
        const spelled = option('driver', Object.fromEntries(properties));
        expect(parse(spelled)).toEqual({ first: 'driver', properties });
      }),
    );
  });

  it('cannot be made to say a second property by a value', () => {
    expect(option(null, { filename: '/a,readonly=off' })).toBe('filename=/a,,readonly=off');
    expect(escapeOptionValue(',,')).toBe(',,,,');
  });

  it('leaves out what has no value and spells booleans as words', () => {
    expect(option('socket', { id: 'qmp0', server: true, wait: false, port: null, size: 3, romfile: '' })).toBe(
      'socket,id=qmp0,server=on,wait=off,size=3,romfile=',
    );
  });

  it('refuses keys that are not words', () => {
    expect(() => option(null, { 'a,b': 1 })).toThrow();
    expect(() => option('pipe,id=x')).toThrow();
  });

  it('adds to what a person typed without touching it', () => {
    expect(extendOption('q35,smm=off', {})).toBe('q35,smm=off');
    expect(extendOption('q35,smm=off', { pflash0: 'pflash0' })).toBe('q35,smm=off,pflash0=pflash0');
  });
});
