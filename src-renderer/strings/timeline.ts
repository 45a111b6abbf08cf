/** A launch in time. */
export const timelineStrings = {
  title: 'Launch timeline',
  none: 'Not launched yet.',
  step: 'Step',
  start: 'Start',
  took: 'Took',
  result: 'Result',
  note: 'Note',
  results: {
    running: 'under way',
    done: 'done',
    skipped: 'skipped',
    failed: 'failed',
    cancelled: 'cancelled',
  },
} as const;
