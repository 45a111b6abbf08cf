/** A state as a shape and a colour; the word beside it is said by whoever uses it. */
import type { Status } from '../../../src-shared/model/instance.ts';

export type Tone = 'running' | 'starting' | 'failed' | 'paused' | 'elsewhere' | 'stopped';

export function toneOf(status: Pick<Status, 'phase' | 'paused'>): Tone {
  switch (status.phase) {
    case 'running':
      return status.paused === null ? 'running' : 'paused';
    case 'staging':
    case 'starting':
    case 'stopping':
      return 'starting';
    case 'failed':
      return 'failed';
    case 'elsewhere':
      return 'elsewhere';
    case 'stopped':
      return 'stopped';
  }
}

function shape(status: Pick<Status, 'phase' | 'paused' | 'ready'>) {
  switch (toneOf(status)) {
    case 'running':
      return status.ready ? (
        <circle cx="6" cy="6" r="5" />
      ) : (
        <>
          <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
          <circle cx="6" cy="6" r="2" />
        </>
      );
    case 'starting':
      return status.phase === 'stopping' ? <path d="M1 3h10L6 11z" /> : <path d="M6 1l5 8.5H1z" />;
    case 'failed':
      return <path d="M2.2 1L6 4.8 9.8 1 11 2.2 7.2 6 11 9.8 9.8 11 6 7.2 2.2 11 1 9.8 4.8 6 1 2.2z" />;
    case 'paused':
      return <path d="M2 1.5h3v9H2zM7 1.5h3v9H7z" />;
    case 'elsewhere':
      return <path d="M6 .8L11.2 6 6 11.2.8 6z" />;
    case 'stopped':
      return <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />;
  }
}

export function StateMark({ status }: { status: Pick<Status, 'phase' | 'paused' | 'ready'> }) {
  return (
    <svg className="state-mark" data-tone={toneOf(status)} viewBox="0 0 12 12" width="10" height="10" aria-hidden>
      <g fill="currentColor">{shape(status)}</g>
    </svg>
  );
}
