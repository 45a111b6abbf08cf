import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonStream, JsonStreamError } from './json-stream.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function pushAll(stream: JsonStream, chunks: Uint8Array[]): unknown[] {
  return chunks.flatMap((chunk) => stream.push(chunk));
}

/** A value and the text it is sent as; what is not a structure or a string needs something after it. */
const sent = fc
  .tuple(
    fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }),
    fc.constantFrom(undefined, 2, '\t'),
    fc.constantFrom('\r\n', ' ', '\n\n', ''),
  )
  .map(([value, indent, after]) => ({
    // Normalised: -0 becomes 0 on the way.
    value: JSON.parse(JSON.stringify(value)) as unknown,
    text: JSON.stringify(value, null, indent) + (typeof value === 'object' && value !== null ? after : `${after} `),
  }));

describe('JsonStream', () => {
  it('gives back every value, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(sent), fc.array(fc.nat()), (values, cuts) => {
        const whole = bytes(values.map(({ text }) => text).join(''));
        const at = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
        const chunks = at.slice(1).map((end, index) => whole.subarray(at[index], end));
        expect(pushAll(new JsonStream(1e6), chunks)).toEqual(values.map(({ value }) => value));
      }),
      { numRuns: 500 },
    );
  });

  it('needs no space between structures and gives each as it ends', () => {
    const stream = new JsonStream(100);
    expect(stream.push(bytes('{"a":"}]\\""}[1]"x"{"b"'))).toEqual([{ a: '}]"' }, [1], 'x']);
    expect(stream.push(bytes(':2}'))).toEqual([{ b: 2 }]);
  });

  it('does not care that a chunk is overwritten later', () => {
    const stream = new JsonStream(100);
    const chunk = Buffer.from('{"a":');
    stream.push(chunk);
    chunk.fill(0);
    expect(stream.push(bytes('1}'))).toEqual([{ a: 1 }]);
  });

  it.each([']', 'nope ', '{]', '{"a"}', '\x00 '])('is broken for good by %j', (text) => {
    const stream = new JsonStream(100);
    const push = () => pushAll(stream, [bytes(text), bytes('{}}')]);
    expect(push).toThrow(JsonStreamError);
    expect(() => stream.push(bytes('{}'))).toThrow(JsonStreamError);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => new JsonStream(100).push(new Uint8Array([0x22, 0xff, 0x22]))).toThrow(JsonStreamError);
  });

  it('bounds each value, not the stream', () => {
    const stream = new JsonStream(10);
    for (let count = 0; count < 100; count++) expect(stream.push(bytes('{"a":1}'))).toHaveLength(1);
    expect(stream.push(bytes('"12345678"'))).toEqual(['12345678']);
    expect(() => new JsonStream(10).push(bytes('"123456789"'))).toThrow('more than 10 bytes');
    expect(() => pushAll(new JsonStream(10), [bytes('[1,2,'), bytes('3,4,5,')])).toThrow('more than 10 bytes');
  });
});
