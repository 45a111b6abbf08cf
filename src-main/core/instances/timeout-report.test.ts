import { expect, it } from 'vitest';
import { specOf } from '../engines/testing/spec-of.ts';
import { timeoutReport } from './timeout-report.ts';

const spec = specOf({ guest: { kind: 'demo' }, runtime: { readinessMs: 60_000 } });
const settled = { networking: 'tap' as const, ports: [], startPaused: false, awaitsDebugger: false };

it('names process, network and acceleration, what it costs and what to do, and calls nothing failed', () => {
  const acceleration = { accelerator: 'tcg', reason: '', hint: 'Join the group kvm.', verified: true } as const;
  const report = timeoutReport(spec, { pid: 42, acceleration }, { settled });
  expect(report).toMatch(/After 60 s .* still runs as process 42/);
  expect(report).toContain('The networking mode is tap.');
  expect(report).toContain(
    'Acceleration is disabled, which significantly slows down the emulator (Join the group kvm).',
  );
  expect(report).not.toMatch(/fail/i);
});

it('says which acceleration there is', () => {
  const acceleration = { accelerator: 'kvm', reason: '', hint: null, verified: true } as const;
  expect(timeoutReport(spec, { pid: 42, acceleration }, null)).toContain('Acceleration is kvm.');
});
