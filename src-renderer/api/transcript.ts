/** Reads what a boot left, a range at a time, for saving it: a transcript may be larger than what a page can hold. */
import type { LogFile } from '../../src-shared/model/console.ts';
import type { Session } from './session.ts';

export interface TranscriptPart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of its first byte. */
  readonly offset: number;
  readonly size: number;
  /** The bytes before it outgrew the transcript's bound; reading begins there. */
  readonly keptFrom: number;
}

const rangeBytes = 1024 * 1024;

/**
 * From its first byte to where it ended when the first part was read, so that a guest that goes on does not keep it from
 * coming to an end. `boot` null: the current one. Throws what `instance.log` throws, and the signal's reason.
 */
export async function* readTranscript(
  session: Pick<Session, 'call'>,
  { id, boot, file }: { readonly id: string; readonly boot: number | null; readonly file: LogFile },
  signal?: AbortSignal,
): AsyncGenerator<TranscriptPart> {
  let end = Number.POSITIVE_INFINITY;
  for (let offset = 0; offset < end; ) {
    signal?.throwIfAborted();
    const length = Math.min(rangeBytes, end - offset);
    const part = await session.call('instance.log', { id, boot, file, offset, length });
    end = Math.min(end, part.size);
    if (part.keptFrom > offset && offset === 0) {
      offset = part.keptFrom;
      if (part.keptFrom >= rangeBytes) continue;
    }
    const bytes = Uint8Array.from(atob(part.base64), (letter) => letter.charCodeAt(0)).subarray(offset - part.offset);
    if (bytes.length === 0) return;
    yield { bytes, offset, size: end, keptFrom: part.keptFrom };
    offset += bytes.length;
  }
}
