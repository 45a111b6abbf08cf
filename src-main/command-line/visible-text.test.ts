import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createOutput } from './terminal-output.ts';
import { VisibleStream, visible, visibleJson } from './visible-text.ts';

const hostile = 'a\x1b]0;t\x07b\x1b[31mc\u009b2Jd\u202ee\rf\x00g\x7fh\u200bi\u2066j';

describe('text that is not ours', () => {
  it('is seen for what it is', () => {
    expect(visible(hostile)).toBe('a^[]0;t^Gb^[[31mc<U+009B>2Jd<U+202E>e^Mf^@g^?h<U+200B>i<U+2066>j');
  });

  it.each(['plain\ttext\nand\r\nlines', 'zażółć 日本 👩‍🚀 ❤️ שלום', ''])('is left where it is harmless: %j', (text) => {
    expect(visible(text)).toBe(text);
  });

  it('stays JSON where it is JSON', () => {
    const json = visibleJson(JSON.stringify({ name: hostile }));
    expect(JSON.parse(json)).toEqual({ name: hostile });
    expect(visible(json)).toBe(json);
  });

  it('may be cut anywhere', () => {
    const bytes = Buffer.from(`${hostile}é\r\n日\r`);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const stream = new VisibleStream();
      const text = stream.push(bytes.subarray(0, cut)) + stream.push(bytes.subarray(cut)) + stream.end();
      expect(text).toBe(visible(bytes.toString()));
    }
  });
});

describe('the output', () => {
  const written = (isTTY: boolean) => {
    const chunks: Buffer[] = [];
    const stream = { isTTY, write: (text: string | Uint8Array) => chunks.push(Buffer.from(text as Uint8Array)) };
    return { streams: { stdout: stream, stderr: stream }, all: () => Buffer.concat(chunks).toString() };
  };

  it.each([false, true])('is made visible in a terminal by every way there is, machine: %s', async (machine) => {
    const { streams, all } = written(true);
    const output = createOutput(machine, streams);
    output.result({ name: hostile }, hostile);
    output.note(hostile);
    output.progress(hostile);
    output.failure({ code: 'internal', message: hostile, cause: hostile, hint: hostile, raw: hostile });
    output.misuse(hostile, hostile);
    await output.bytes(Buffer.from(hostile));
    output.endOfBytes();
    expect(all().replaceAll(/[\n\t]|\r\n/g, '')).toBe(visible(all().replaceAll(/[\n\t]|\r\n/g, '')));
    expect(all()).not.toContain('\x1b');
  });

  it('is what it was in a pipe', async () => {
    const { streams, all } = written(false);
    const output = createOutput(false, streams);
    await output.bytes(Buffer.from(hostile));
    output.endOfBytes();
    output.result(null, hostile);
    expect(all()).toBe(`${hostile}${hostile}\n`);
  });

  it('has no other way out than the one that makes it visible', () => {
    // A console hands its terminal to the attachment, which filters; a question is asked in our words.
    const known = new Set([
      'terminal-output.ts',
      'console-attachment.ts',
      'foreground.ts',
      'commands/console.ts',
      'confirm.ts',
      'run.ts',
    ]);
    const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !known.has(name),
    );
    expect(sources.length).toBeGreaterThan(30);
    for (const name of sources)
      expect(readFileSync(join(import.meta.dirname, name), 'utf8'), name).not.toMatch(
        /process\.std(out|err)|console\.(log|error|warn|info)\(/,
      );
  });
});
