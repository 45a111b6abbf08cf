import { describe, expect, it } from 'vitest';
import { readTranscript, type TranscriptPart } from './transcript.ts';

/** A core with this transcript, that grows by a byte at each call. */
function sessionOf(content: string, keptFrom = 0) {
  const asked: number[] = [];
  let text = content;
  const call = (async (_name: string, { offset, length }: { offset: number; length: number }) => {
    asked.push(offset);
    const part = text.slice(offset, offset + length);
    const answer = { offset, size: text.length, keptFrom, base64: btoa(part) };
    text += '+';
    return answer;
  }) as never;
  return { call, asked };
}

async function read(session: ReturnType<typeof sessionOf>, signal?: AbortSignal): Promise<TranscriptPart[]> {
  const parts: TranscriptPart[] = [];
  for await (const part of readTranscript(session, { id: 'demo', boot: 1, file: 'serial' }, signal)) parts.push(part);
  return parts;
}

const text = (parts: TranscriptPart[]) => parts.map(({ bytes }) => new TextDecoder('latin1').decode(bytes)).join('');

describe('readTranscript', () => {
  it('reads all of it in ranges, up to where it was at the beginning', async () => {
    const content = 'x'.repeat(2 * 1024 * 1024 + 100);
    const session = sessionOf(content);
    const parts = await read(session);
    expect(text(parts) === content).toBe(true);
    expect(session.asked).toEqual([0, 1024 * 1024, 2 * 1024 * 1024]);
    expect(parts.at(-1)).toMatchObject({ offset: 2 * 1024 * 1024, size: content.length });
  });

  it('begins where there still is something', async () => {
    expect(text(await read(sessionOf(`${'\0'.repeat(4096)}rest`, 4096)))).toBe('rest');
    const far = 3 * 1024 * 1024;
    expect(text(await read(sessionOf(`${'\0'.repeat(far)}rest`, far)))).toBe('rest');
  });

  it('is empty where nothing was said, and stops when told', async () => {
    expect(await read(sessionOf(''))).toEqual([]);
    await expect(read(sessionOf('x'), AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
