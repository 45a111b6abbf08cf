/** When the bytes of a part of a transcript came. */
import type { Arrival } from '../../../src-shared/contract/console-times.ts';
import type { Application } from '../../state/application.ts';
import type { TranscriptTarget } from './read-transcript.ts';

export async function readArrivals(
  _application: Application,
  _target: TranscriptTarget,
  _from: number,
  _to: number,
): Promise<readonly Arrival[]> {
  return [];
}
