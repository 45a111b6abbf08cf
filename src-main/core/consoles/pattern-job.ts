/**
 * What runs in the thread where people's regular expressions are tried (pattern-thread.ts). It is handed over as source
 * text, so that it needs no file of its own beside the bundle: `runPatternJobs` uses nothing but its arguments and what
 * Node and the language have.
 */

/** Which of `lines` is the first that matches; -1: none. */
export interface MatchJob {
  readonly kind: 'match';
  readonly source: string;
  readonly flags: string;
  readonly lines: readonly string[];
}

export interface SearchJob {
  readonly kind: 'search';
  readonly source: string;
  readonly flags: string;
  readonly path: string;
  /** A line's first byte, and its number. */
  readonly offset: number;
  readonly line: number;
  readonly end: number;
  readonly limit: number;
  /** It stops after this long, wherever it is. */
  readonly budgetMs: number;
  readonly lineLength: number;
  /** Source of the expression that matches what is not text (line-search.ts). */
  readonly sequences: string;
}

export interface SearchFound {
  readonly count: number;
  readonly matches: {
    readonly offset: number;
    readonly line: number;
    readonly text: string;
    readonly start: number;
    readonly length: number;
  }[];
  /** null: everything up to `end` was searched. */
  readonly next: { readonly offset: number; readonly line: number } | null;
}

export type PatternJob = MatchJob | SearchJob;

interface JobPort {
  on(event: 'message', listener: (job: PatternJob) => void): void;
  postMessage(answer: unknown): void;
}

interface JobFiles {
  openSync(path: string, flags: string): number;
  readSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
  closeSync(fd: number): void;
}

export function runPatternJobs(port: JobPort, files: JobFiles, isAscii: (bytes: Uint8Array) => boolean): void {
  const readBytes = 1024 * 1024;
  const newline = 0x0a;

  const match = ({ source, flags, lines }: MatchJob): number => {
    const pattern = new RegExp(source, flags);
    return lines.findIndex((line) => pattern.test(line));
  };

  const search = (job: SearchJob): SearchFound => {
    const stopAt = performance.now() + job.budgetMs;
    const pattern = new RegExp(job.source, job.flags);
    const sequences = new RegExp(job.sequences, 'g');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    const special = /[\x00-\x08\x0b-\x1f\x7f]/;
    const matches: SearchFound['matches'] = [];
    let count = 0;
    let { offset, line } = job;
    const buffer = Buffer.alloc(readBytes);
    const look = (bytes: Buffer, hasWideCharacters: boolean): void => {
      let length = bytes.length;
      while (length > 0 && bytes[length - 1] === 0x0d) length--;
      // Latin-1 is a copy; only what has other characters or sequences in it is worth more.
      let text = hasWideCharacters
        ? bytes.toString('utf8', 0, Math.min(length, 4 * job.lineLength))
        : bytes.toString('latin1', 0, Math.min(length, 4 * job.lineLength));
      if (special.test(text)) text = text.replace(sequences, '');
      if (text.length > job.lineLength) text = text.slice(0, job.lineLength);
      const found = pattern.exec(text);
      if (found === null) return;
      count++;
      if (matches.length < job.limit) matches.push({ offset, line, text, start: found.index, length: found[0].length });
    };
    const fd = files.openSync(job.path, 'r');
    try {
      let isInLongLine = false;
      while (offset < job.end) {
        const size = files.readSync(fd, buffer, 0, Math.min(readBytes, job.end - offset), offset);
        if (size === 0) break;
        const bytes = buffer.subarray(0, size);
        const hasWideCharacters = !isAscii(bytes);
        const isEnd = offset + size >= job.end;
        let start = 0;
        let looked = 0;
        while (start < size) {
          const at = bytes.indexOf(newline, start);
          // Read again from its first byte, when there is more of it.
          if (at === -1 && !isEnd && start > 0) break;
          const end = at === -1 ? size : at;
          if (!isInLongLine) look(bytes.subarray(start, end), hasWideCharacters);
          isInLongLine = at === -1 && !isEnd;
          offset += end - start + (at === -1 ? 0 : 1);
          start = end + 1;
          if (!isInLongLine) line++;
          if (++looked % 256 === 0 && performance.now() > stopAt) return { count, matches, next: { offset, line } };
        }
        if (performance.now() > stopAt && !isInLongLine && offset < job.end)
          return { count, matches, next: { offset, line } };
      }
      return { count, matches, next: null };
    } finally {
      files.closeSync(fd);
    }
  };

  port.on('message', (job) => {
    try {
      port.postMessage({ value: job.kind === 'match' ? match(job) : search(job) });
    } catch (error) {
      port.postMessage({ error: String(error) });
    }
  });
}
