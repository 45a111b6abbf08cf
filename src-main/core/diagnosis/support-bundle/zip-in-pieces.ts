/** A zip that is made a piece at a time: everybody else gets their turn between two of them. */
import { setImmediate as turn } from 'node:timers/promises';
import { Zip, ZipDeflate } from 'fflate';

/** Compressed in a few milliseconds, also by a slow machine. */
const pieceBytes = 64 * 1024;

/** @param mtime of every file in it; zips begin in 1980. */
export async function zipInPieces(entries: ReadonlyMap<string, Uint8Array>, mtime: Date): Promise<Uint8Array> {
  const made: Uint8Array[] = [];
  const problems: Error[] = [];
  const zip = new Zip((error, piece) => {
    if (error) problems.push(error);
    else made.push(piece);
  });
  for (const [name, bytes] of entries) {
    const file = new ZipDeflate(name, { level: 6 });
    file.mtime = mtime;
    zip.add(file);
    for (let at = 0; ; at += pieceBytes) {
      const isLast = at + pieceBytes >= bytes.length;
      file.push(bytes.subarray(at, at + pieceBytes), isLast);
      await turn();
      if (isLast) break;
    }
  }
  zip.end();
  const [problem] = problems;
  if (problem !== undefined) throw problem;
  return Buffer.concat(made);
}
