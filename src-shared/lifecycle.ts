/**
 * The only place that knows which moves of an instance are legal. A pure table: (phase, event) → phase, or null where
 * the event means nothing in that phase.
 */
export const phases = ['stopped', 'staging', 'starting', 'running', 'stopping', 'failed', 'elsewhere'] as const;
export type Phase = (typeof phases)[number];

export type LifecycleEvent =
  /** A person asked for a launch and its Spec is written. */
  | 'launched'
  /** Every image is in place. */
  | 'staged'
  /** QMP greeted as ours and the guest was let go. */
  | 'attached'
  /** A stop was asked for. */
  | 'stopRequested'
  /** The process is gone and it went as asked or in good order. */
  | 'ended'
  /** The process is gone and nobody asked for it. */
  | 'crashed'
  /** A step before `attached` failed, and no process is left. */
  | 'launchFailed'
  /** A step failed or the engine stopped answering, and the process lives. */
  | 'engineLost'
  /** Someone else holds the instance's monitor. */
  | 'heldElsewhere';

const moves: Record<Phase, Partial<Record<LifecycleEvent, Phase>>> = {
  stopped: {
    launched: 'staging',
    attached: 'running',
    heldElsewhere: 'elsewhere',
    crashed: 'failed',
    engineLost: 'failed',
  },
  staging: { staged: 'starting', stopRequested: 'stopping', launchFailed: 'failed', ended: 'stopped' },
  starting: {
    attached: 'running',
    stopRequested: 'stopping',
    launchFailed: 'failed',
    crashed: 'failed',
    ended: 'stopped',
    engineLost: 'failed',
    heldElsewhere: 'elsewhere',
  },
  running: {
    stopRequested: 'stopping',
    ended: 'stopped',
    crashed: 'failed',
    engineLost: 'failed',
    heldElsewhere: 'elsewhere',
  },
  stopping: {
    ended: 'stopped',
    crashed: 'stopped',
    launchFailed: 'stopped',
    engineLost: 'failed',
    attached: 'running',
  },
  failed: {
    launched: 'staging',
    attached: 'running',
    stopRequested: 'stopping',
    ended: 'stopped',
    heldElsewhere: 'elsewhere',
    crashed: 'failed',
    engineLost: 'failed',
  },
  elsewhere: {
    attached: 'running',
    ended: 'stopped',
    crashed: 'failed',
    engineLost: 'failed',
    heldElsewhere: 'elsewhere',
  },
};

/** The next phase, or null when the event is not legal in this phase. */
export function nextPhase(phase: Phase, event: LifecycleEvent): Phase | null {
  return moves[phase][event] ?? null;
}

/** Actions a person can take, by phase. The faces disable what the core would refuse. */
export type Action = 'launch' | 'stop' | 'restart' | 'reset' | 'pause' | 'resume' | 'delete';

const actions: Record<Phase, readonly Action[]> = {
  stopped: ['launch', 'delete'],
  staging: ['stop'],
  starting: ['stop'],
  running: ['stop', 'restart', 'reset', 'pause', 'resume'],
  stopping: ['stop'],
  failed: ['launch', 'delete'],
  elsewhere: [],
};

/**
 * Which actions make sense now. `paused` chooses between pause and resume; `processLives` is for a failed instance
 * whose process is still there: it must be stopped before anything else.
 */
export function allowedActions(state: { phase: Phase; paused: boolean; processLives: boolean }): ReadonlySet<Action> {
  if (state.phase === 'failed' && state.processLives) return new Set(['stop']);
  const allowed = new Set(actions[state.phase]);
  allowed.delete(state.paused ? 'pause' : 'resume');
  return allowed;
}
