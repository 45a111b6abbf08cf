import { describe, expect, it } from 'vitest';
import { limits } from '../../../src-shared/limits.ts';
import { type Draft, draftSchema } from '../../../src-shared/model/spec.ts';
import { wordsFor } from './draft-words.ts';

const base: Draft = draftSchema.parse({ name: 'x', guest: { kind: 'demo' } });
const port = { name: 'ssh', protocol: 'tcp', guest: 22, host: null, bind: '127.0.0.1' };

/** What a person reads of a draft that is not one. */
function wordsOf(draft: object): string[] {
  const { error } = draftSchema.safeParse(draft);
  return (error?.issues ?? []).map(wordsFor);
}

const wrong: readonly [string, object, string][] = [
  ['no name', { ...base, name: ' ' }, 'A name is needed.'],
  ['a long name', { ...base, name: 'x'.repeat(limits.instanceNameLength + 1) }, 'A name has at most 100 characters.'],
  ['a name with a bell', { ...base, name: 'a\u0007' }, 'A name has no control characters.'],
  ['a long group', { ...base, group: 'x'.repeat(101) }, 'At most 100 characters.'],
  ['too little memory', { ...base, device: { ...base.device, memoryMiB: 1 } }, 'At least 4.'],
  ['half a processor', { ...base, device: { ...base.device, processors: 0.5 } }, 'A whole number is needed.'],
  ['nine serial ports', { ...base, device: { ...base.device, serialPorts: 9 } }, 'At most 8.'],
  ['a display of words', { ...base, device: { ...base.device, display: 'a b' } }, 'properties after a comma.'],
  ['a port name', { ...base, host: { ...base.host, ports: [{ ...port, name: 'a b' }] } }, 'Letters, digits'],
  [
    'an address',
    { ...base, host: { ...base.host, ports: [{ ...port, bind: 'here' }] } },
    'An IPv4 address, or localhost.',
  ],
  ['a port', { ...base, host: { ...base.host, ports: [{ ...port, guest: 70000 }] } }, 'At most 65,535.'],
  [
    'no pattern',
    { ...base, runtime: { ...base.runtime, readiness: [{ kind: 'serial', pattern: '' }] } },
    'A regular expression',
  ],
  [
    'no program',
    { ...base, runtime: { ...base.runtime, readiness: [{ kind: 'command', arguments: [] }] } },
    'A program',
  ],
  ['a kind', { ...base, guest: { kind: 'other' } }, 'This value is not possible here.'],
];

describe('what a schema refuses is said in a sentence', () => {
  it.each(wrong)('%s', (_, draft, words) => {
    const said = wordsOf(draft);
    expect(
      said.some((text) => text.includes(words)),
      said.join(' | '),
    ).toBe(true);
    for (const text of said) {
      expect(text).toMatch(/^[A-Z].*[.!?]$/);
      expect(text).not.toMatch(/invalid|expected|zod|received/i);
    }
  });
});
