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
  /** Sources of the expressions that match what is not text, in one line and in many (line-search.ts). */
  readonly sequences: string;
  readonly sequencesOfLines: string;
  /** The expression for many lines at once (block-pattern.ts); null: there is none. */
  readonly blockSource: string | null;
  /** What lines that match have in them as bytes; null: that is not to be said. */
  readonly literal: Uint8Array | null;
  /** Whether a line that has the one, or the other, needs nothing more to match. */
  readonly isAll: boolean;
  readonly isLiteral: boolean;
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

export interface JobParts {
  /** What byte-scan.ts makes, and where in its memory bytes may lie. */
  readonly module: Uint8Array<ArrayBuffer>;
  readonly scannedFrom: number;
  /** At once; at least four times the length of the longest line that is looked at whole. */
  readonly readBytes: number;
  /** Lines that are tried between two looks at the clock; more where an expression is quick. */
  readonly leastPiece: number;
  readonly mostPiece: number;
}

export function runPatternJobs(port: JobPort, files: JobFiles, parts: JobParts): void {
  const { module, scannedFrom, readBytes, leastPiece, mostPiece } = parts;
  const newline = 0x0a;
  const nearBytes = 512;
  const quickMs = 2;
  const slowMs = 20;

  const memory = new WebAssembly.Memory({ initial: Math.ceil((scannedFrom + readBytes) / 65536) + 1 });
  const flags = new Int32Array(memory.buffer, 0, 2);
  const buffer = Buffer.from(memory.buffer, scannedFrom, readBytes);
  const scanModule = new WebAssembly.Instance(new WebAssembly.Module(module), { m: { m: memory } });
  const scanSixteens = scanModule.exports.s as (from: number, to: number) => number;

  /** Up to the first byte that is no text: the newlines before it, and whether all is ASCII. */
  const scan = (start: number, end: number): { stop: number; newlines: number; isWide: boolean } => {
    let newlines = scanSixteens(scannedFrom + start, scannedFrom + end - ((end - start) % 16));
    let stop = (flags[0] ?? 0) - scannedFrom;
    let isWide = flags[1] !== 0;
    for (; stop < end; stop++) {
      const byte = buffer[stop] ?? 0;
      const after = buffer[stop + 1];
      if (byte === newline) newlines++;
      else if (byte > 0x7f) isWide = true;
      else if (byte === 0x0d ? after !== newline && after !== 0x0d : (byte < 0x20 && byte !== 0x09) || byte === 0x7f)
        break;
    }
    return { stop, newlines, isWide };
  };

  const match = ({ source, flags: how, lines }: MatchJob): number => {
    const pattern = new RegExp(source, how);
    return lines.findIndex((line) => pattern.test(line));
  };

  const search = (job: SearchJob): SearchFound => {
    const stopAt = performance.now() + job.budgetMs;
    const pattern = new RegExp(job.source, job.flags);
    const blockPattern = job.blockSource === null ? null : new RegExp(job.blockSource, `${job.flags}gm`);
    const sequences = new RegExp(job.sequences, 'g');
    const sequencesOfLines = new RegExp(job.sequencesOfLines, 'g');
    const { literal, isAll, isLiteral } = job;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    const special = /[\x00-\x08\x0b-\x1f\x7f]/;
    const matches: SearchFound['matches'] = [];
    let count = 0;
    /** Of the buffer's first byte in the file. */
    let base = job.offset;
    /** Number of the line at `place` in the buffer. */
    let line = job.line;
    let place = 0;

    /** The one that decides: a line as a person reads it. */
    const look = (start: number, end: number): void => {
      let length = end - start;
      while (length > 0 && buffer[start + length - 1] === 0x0d) length--;
      let text = buffer.toString('utf8', start, start + Math.min(length, 4 * job.lineLength));
      if (special.test(text)) text = text.replace(sequences, '');
      if (text.length > job.lineLength) text = text.slice(0, job.lineLength);
      const found = pattern.exec(text);
      if (found === null) return;
      count++;
      if (matches.length < job.limit)
        matches.push({ offset: base + start, line, text, start: found.index, length: found[0].length });
    };
    const goTo = (start: number): void => {
      line += scan(place, start).newlines;
      place = start;
    };
    const endOfLine = (start: number, end: number): number => {
      const at = buffer.indexOf(newline, start);
      return at === -1 || at > end ? end : at;
    };

    const newlinesIn = (start: number, end: number): number => {
      let newlines = 0;
      for (let at = buffer.indexOf(newline, start); at !== -1 && at < end; at = buffer.indexOf(newline, at + 1))
        newlines++;
      return newlines;
    };

    const lineByLine = (start: number, end: number): void => {
      for (let at = start; at < end; ) {
        const stop = endOfLine(at, end);
        look(at, stop);
        at = Math.min(stop + 1, end);
        if (stop < end) line++;
        place = at;
      }
    };

    const findBytes = (start: number, end: number, bytes: Uint8Array): void => {
      const part = buffer.subarray(start, end);
      for (let at = part.indexOf(bytes); at !== -1; ) {
        const stop = endOfLine(start + at, end);
        if (isAll && isLiteral && matches.length >= job.limit) count++;
        else {
          goTo(start + part.lastIndexOf(newline, at) + 1);
          look(place, stop);
        }
        at = stop >= end ? -1 : part.indexOf(bytes, stop + 1 - start);
      }
    };

    /** `text` has the lines of this part of the buffer, in their order. */
    const findInText = (text: string, end: number, expression: RegExp, isSure: boolean): void => {
      let counted = 0;
      expression.lastIndex = 0;
      for (let found = expression.exec(text); found !== null; found = expression.exec(text)) {
        // Behind the last newline there is no line.
        if (found.index >= text.length && buffer[end - 1] === newline) break;
        const next = text.indexOf('\n', found.index);
        if (isSure && found[0] !== '' && matches.length >= job.limit) count++;
        else {
          for (let at = text.indexOf('\n', counted); at !== -1 && at < found.index; at = text.indexOf('\n', counted)) {
            counted = at + 1;
            place = endOfLine(place, end) + 1;
            line++;
          }
          look(place, endOfLine(place, end));
        }
        if (next === -1) break;
        expression.lastIndex = next + 1;
      }
    };

    const findClean = (start: number, end: number, isWide: boolean): void => {
      if (literal !== null) findBytes(start, end, literal);
      else if (blockPattern === null) lineByLine(start, end);
      else findInText(buffer.toString(isWide ? 'utf8' : 'latin1', start, end), end, blockPattern, isAll && !isWide);
    };

    const findOdd = (start: number, end: number): void => {
      if (blockPattern === null) lineByLine(start, end);
      else findInText(buffer.toString('utf8', start, end).replace(sequencesOfLines, ''), end, blockPattern, false);
    };

    /** Whole lines, none so long that it is cut. Those with nothing but text are searched as they are. */
    const find = (start: number, end: number): void => {
      for (let at = start; at < end; ) {
        const { stop, newlines, isWide } = scan(at, end);
        const first = line;
        const oddStart = stop === end ? end : Math.max(at, buffer.lastIndexOf(newline, stop) + 1);
        place = at;
        if (oddStart > at) findClean(at, oddStart, isWide);
        line = first + newlines;
        if (stop === end) return;
        // The line with it, and more of its kind where they are near.
        let oddEnd = stop;
        for (
          let next = stop;
          next < Math.min(end, oddEnd + nearBytes);
          next = scan(oddEnd, Math.min(end, oddEnd + nearBytes)).stop
        )
          oddEnd = Math.min(end, endOfLine(next, end) + 1);
        place = oddStart;
        const second = line;
        findOdd(oddStart, oddEnd);
        line = second + newlinesIn(oddStart, oddEnd);
        at = oddEnd;
      }
    };

    /** Whole lines. */
    const findIn = (start: number, end: number): void => {
      let from = start;
      for (let at = start; at < end; ) {
        const reach = at + job.lineLength;
        const last = reach >= end ? end - 1 : buffer.lastIndexOf(newline, reach);
        if (last >= at) {
          at = last + 1;
          continue;
        }
        // Longer than what is looked at: by itself.
        find(from, at);
        const stop = endOfLine(at, end);
        look(at, stop);
        at = Math.min(stop + 1, end);
        if (stop < end) line++;
        from = at;
      }
      find(from, end);
    };

    const fd = files.openSync(job.path, 'r');
    try {
      let isInLongLine = false;
      let pieceBytes = leastPiece;
      while (base < job.end) {
        const size = files.readSync(fd, buffer, 0, Math.min(readBytes, job.end - base), base);
        if (size === 0) break;
        const isEnd = base + size >= job.end;
        const lastNewline = buffer.lastIndexOf(newline, size - 1);
        let at = 0;
        if (isInLongLine || (lastNewline === -1 && !isEnd)) {
          // Its beginning is looked at, and the rest passed over.
          if (!isInLongLine) look(0, size);
          isInLongLine = lastNewline === -1 && !isEnd;
          at = lastNewline === -1 ? size : buffer.indexOf(newline) + 1;
          if (lastNewline !== -1) line++;
        }
        // What is left of the last line is read again from its first byte.
        const usable = isEnd ? size : Math.max(at, lastNewline + 1);
        while (at < usable) {
          const startedAt = performance.now();
          const cut = at + pieceBytes >= usable ? usable - 1 : buffer.lastIndexOf(newline, at + pieceBytes - 1);
          const end = cut >= at ? cut + 1 : Math.min(usable, endOfLine(at, usable) + 1);
          findIn(at, end);
          at = end;
          const now = performance.now();
          if (now > stopAt && base + at < job.end) return { count, matches, next: { offset: base + at, line } };
          if (now - startedAt < quickMs) pieceBytes = Math.min(mostPiece, pieceBytes * 2);
          else if (now - startedAt > slowMs) pieceBytes = Math.max(leastPiece, pieceBytes / 2);
        }
        base += at;
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
