import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMessage, MessageDecoder } from './framing.ts';

const message = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 300 }));

describe('framing', () => {
  it('gives back what was sent, however the stream is cut', () => {
    const cuts = fc.array(fc.nat({ max: 40 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), cuts, (messages, sizes) => {
        const stream = Buffer.concat(messages.map(encodeMessage));
        const decoder = new MessageDecoder();
        const received: (string | Uint8Array)[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = 1 + (sizes[turn % sizes.length] ?? 0);
          received.push(...decoder.push(stream.subarray(at, at + size)));
          at += size;
        }
        expect(received).toEqual(messages);
      }),
    );
  });

  it('keeps a frame of its own: the buffer it came in may be used again', () => {
    const stream = encodeMessage(Uint8Array.of(1, 2, 3));
    const [received] = new MessageDecoder().push(stream);
    stream.fill(0);
    expect(received).toEqual(Uint8Array.of(1, 2, 3));
  });

  it.each([
    ['a length of nothing', Buffer.from([0, 0, 0, 0, 0])],
    ['a length no message has', Buffer.from([0xff, 0xff, 0xff, 0xff, 0])],
    ['a kind there is not', Buffer.from([2, 0, 0, 0, 7, 1])],
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('refuses %s', (_, bytes) => {
    expect(() => new MessageDecoder().push(bytes)).toThrow(/message (length|kind) /);
  });

  it('takes a large message in small pieces without copying it at each of them', () => {
    const large = new Uint8Array(4 * 1024 * 1024).fill(7);
    const stream = encodeMessage(large);
    const decoder = new MessageDecoder();
    let received: (string | Uint8Array)[] = [];
    const startedAt = performance.now();
    for (let at = 0; at < stream.length; at += 1024) received = decoder.push(stream.subarray(at, at + 1024));
    expect(received).toHaveLength(1);
    expect(received[0]).toHaveLength(large.length);
    // Copying it at each of the 4096 pieces moves 8 GiB, which takes seconds on any machine.
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});
