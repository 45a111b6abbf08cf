/** When the bytes of a part of a transcript came. */
import { type Arrival, decodeArrivals } from '../../../src-shared/contract/console-times.ts';
import type { ConsoleName } from '../../../src-shared/model/console.ts';
import type { Application } from '../../state/application.ts';
import { fromBase64 } from './transcript-source.ts';

export interface TranscriptTarget {
  readonly id: string;
  readonly console: ConsoleName;
  readonly boot: number;
}

export async function readArrivals(
  application: Application,
  target: TranscriptTarget,
  from: number,
  to: number,
): Promise<readonly Arrival[]> {
  const { base64 } = await application.call('console.times', { ...target, from, to });
  return decodeArrivals(fromBase64(base64));
}
