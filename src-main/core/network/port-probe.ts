/**
 * What is behind a mapped TCP port, by connecting to it once.
 *
 * QEMU's user-mode network accepts a connection itself, so that alone proves nothing (network/banner-probe.ts). What can
 * be known, each measured on QEMU 7.2 with libslirp 4.7:
 *   bytes come                      the guest answers
 *   closed at once                  the guest refused: libslirp closes when the guest sends RST
 *   open and silent                 `info usernet` tells on: ESTABLISHED is a guest that accepted, SYN_SENT one whose
 *                                   network does not answer at all
 * What is read is hostile and becomes one line of printable text.
 */
import { connect } from 'node:net';
import { parseUsernetTable } from './usernet-table.ts';

export type ProbeResult =
  | { readonly state: 'answering'; readonly answer: string }
  | { readonly state: 'accepting' | 'refused' | 'unanswered' }
  /** Connected, and nothing more could be learnt. */
  | { readonly state: 'mapped' }
  /** Not even QEMU listens. */
  | { readonly state: 'closed' };

export interface ProbeTarget {
  readonly address: string;
  readonly port: number;
}

export interface ProbeOptions {
  /** How long a line may be silent before it counts as silent; the same again after `HEAD /`. */
  readonly silenceMs?: number;
  /** Whether to say `HEAD /` into a silent line. */
  readonly speak: boolean;
  /** The text of `info usernet`; null where nobody can be asked. */
  readonly usernet: (() => Promise<string>) | null;
  readonly signal?: AbortSignal | undefined;
}

const head = 'HEAD / HTTP/1.0\r\nHost: localhost\r\n\r\n';
const answerCharacters = 100;
const answerBytes = 1024;

/** One connection, closed again. Never rejects. */
export async function probePort(target: ProbeTarget, options: ProbeOptions): Promise<ProbeResult> {
  const { silenceMs = 1500, speak, usernet, signal } = options;
  const line = openLine(target, signal);
  try {
    const first = await line.hear(silenceMs);
    if (first !== 'silent') return first;
    if (speak) {
      line.say(head);
      const second = await line.hear(silenceMs);
      if (second !== 'silent') return second;
    }
    const table = usernet === null ? null : await usernet().catch(() => null);
    return { state: table === null ? 'mapped' : stateInTable(table, target.port) };
  } finally {
    line.hangUp();
  }
}

/** The newest connection stands first, and that is ours. Pure. */
export function stateInTable(table: string, port: number): 'accepting' | 'unanswered' | 'mapped' {
  const newest = parseUsernetTable(table).find(
    ({ protocol, sourcePort, state }) => protocol === 'tcp' && sourcePort === port && state !== 'HOST_FORWARD',
  );
  if (newest === undefined) return 'mapped';
  return newest.state === 'SYN_SENT' ? 'unanswered' : 'accepting';
}

/** The first line of what a service said, as text that can be shown. Pure. */
export function answerText(bytes: Uint8Array): string {
  // A TLS alert: somebody who was spoken to in the clear.
  if (bytes[0] === 0x15 && bytes[1] === 0x03) return 'TLS';
  const text = Buffer.from(bytes).toString('latin1');
  const [line = ''] = text.split(/[\r\n]/).filter((candidate) => candidate.trim() !== '');
  const printable = line.replaceAll(/[^\x20-\x7e]/g, '·').trim();
  const seen = printable.replaceAll('·', '').trim();
  if (seen === '') return `${bytes.length} bytes`;
  return printable.slice(0, answerCharacters);
}

interface Line {
  hear(ms: number): Promise<ProbeResult | 'silent'>;
  say(text: string): void;
  hangUp(): void;
}

function openLine({ address, port }: ProbeTarget, signal: AbortSignal | undefined): Line {
  const socket = connect({ host: address, port });
  let bytes = Buffer.alloc(0);
  let nobodyListens = false;
  let ended = false;
  let wake: () => void = () => undefined;
  socket.on('data', (piece) => {
    bytes = Buffer.concat([bytes, piece]).subarray(0, answerBytes);
    wake();
  });
  const end = () => {
    ended = true;
    wake();
  };
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // A reset can come so soon that the connection never seemed to be there; this one means that it never was.
    nobodyListens = error.code === 'ECONNREFUSED';
    end();
  });
  socket.on('end', end).on('close', end);
  signal?.addEventListener('abort', end, { once: true });
  const isOver = () => ended || bytes.includes(0x0a) || bytes.length === answerBytes;
  return {
    async hear(ms) {
      const until = performance.now() + ms;
      while (!isOver() && performance.now() < until) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.max(1, until - performance.now()));
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      if (bytes.length > 0) return { state: 'answering', answer: answerText(bytes) };
      if (signal?.aborted) return { state: 'mapped' };
      if (ended) return { state: nobodyListens ? 'closed' : 'refused' };
      return 'silent';
    },
    say(text) {
      socket.write(text);
    },
    hangUp() {
      signal?.removeEventListener('abort', end);
      socket.removeAllListeners();
      // A late error of a socket nobody listens to would end the process.
      socket.on('error', () => undefined);
      socket.destroy();
    },
  };
}
