/** A state as a shape and a colour; the word beside it is said by whoever uses it. */
import { isDead, type Status } from '../../../src-shared/model/instance.ts';

export type Tone = 'running' | 'starting' | 'failed' | 'panicked' | 'paused' | 'elsewhere' | 'stopped';

type Shown = Pick<Status, 'phase' | 'paused'> & Partial<Pick<Status, 'panic' | 'resetLoop' | 'answers'>>;

export function toneOf(status: Shown): Tone {
  switch (status.phase) {
    case 'running':
      if (isDead(status)) return 'panicked';
      if (status.answers === false) return 'failed';
      return status.paused === null ? 'running' : 'paused';
    case 'staging':
    case 'starting':
    case 'stopping':
      return 'starting';
    case 'failed':
      return isDead(status) ? 'panicked' : 'failed';
    case 'elsewhere':
      return 'elsewhere';
    case 'stopped':
      return isDead(status) ? 'panicked' : 'stopped';
  }
}

const line = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.75, strokeLinecap: 'round' } as const;

function shape(status: Shown & Pick<Status, 'ready'>) {
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
      // An arc that grows towards the full ring, or what is left of one.
      return status.phase === 'stopping' ? (
        <path d="M1.75 6A4.25 4.25 0 0 0 10.25 6" {...line} />
      ) : (
        <path d="M6 1.75A4.25 4.25 0 1 1 1.75 6" {...line} />
      );
    case 'failed':
      return <rect x="1.5" y="1.5" width="9" height="9" rx="1" />;
    case 'panicked':
      return <path d="M6 .8L11.6 10.8H.4z" />;
    case 'paused':
      return <path d="M2 1.5h3v9H2zM7 1.5h3v9H7z" />;
    case 'elsewhere':
      return <path d="M6 .8L11.2 6 6 11.2.8 6z" />;
    case 'stopped':
      return <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />;
  }
}

export function StateMark({ status }: { status: Shown & Pick<Status, 'ready'> }) {
  return (
    <svg className="state-mark" data-tone={toneOf(status)} viewBox="0 0 12 12" width="10" height="10" aria-hidden>
      <g fill="currentColor">{shape(status)}</g>
    </svg>
  );
}
