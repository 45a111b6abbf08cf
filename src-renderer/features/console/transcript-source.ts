/** Bytes of a kept transcript or an opened file, by ranges: no transcript is ever in memory as a whole. */
import { type ConsoleName, isSerial, type LogFile } from '../../../src-shared/model/console.ts';
import type { Application } from '../../state/application.ts';

export interface ByteRange {
  /** Of the first byte; later than asked for where the beginning is no longer kept. */
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of the whole, now. */
  readonly size: number;
  /** Before it nothing is kept. */
  readonly keptFrom: number;
}

export interface TranscriptSource {
  /** At most 1 MiB at once. Lines may end in LF alone. */
  read(offset: number, length: number): Promise<ByteRange>;
  readonly plainText: boolean;
}

/** null: nothing is written down of this console. */
export function logFileOf(console: ConsoleName): LogFile | null {
  if (console === 'log') return 'engine';
  return isSerial(console) ? console : null;
}

export function bootSource(
  application: Application,
  { id, console, boot }: { readonly id: string; readonly console: ConsoleName; readonly boot: number },
): TranscriptSource {
  const file = logFileOf(console);
  return {
    plainText: console === 'log',
    async read(offset, length) {
      if (file === null) return { offset: 0, bytes: new Uint8Array(0), size: 0, keptFrom: 0 };
      const answer = await application.call('instance.log', { id, boot, file, offset, length });
      const bytes = fromBase64(answer.base64);
      // What was dropped to bound the transcript reads as zeros.
      const dropped = Math.min(bytes.length, Math.max(0, answer.keptFrom - answer.offset));
      const kept = bytes.subarray(dropped);
      return { offset: answer.offset + dropped, bytes: kept, size: answer.size, keptFrom: answer.keptFrom };
    },
  };
}

export function fileSource(file: File): TranscriptSource {
  return {
    plainText: true,
    async read(offset, length) {
      const bytes = new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
      return { offset, bytes, size: file.size, keptFrom: 0 };
    },
  };
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** LF as CR LF where there is no CR already: a terminal's LF only goes down. */
export function withCarriageReturns(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length * 2);
  let length = 0;
  let before = 0;
  for (const byte of bytes) {
    if (byte === 0x0a && before !== 0x0d) result[length++] = 0x0d;
    result[length++] = byte;
    before = byte;
  }
  return result.subarray(0, length);
}
