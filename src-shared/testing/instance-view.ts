/** A view for tests: a demo guest that was never launched, but for what the test is about. */
import type { InstanceView, Status } from '../model/instance.ts';

export function instanceViewOf(
  name: string,
  status: Partial<Status> = {},
  more: Partial<InstanceView> = {},
): InstanceView {
  return {
    id: name.replaceAll(' ', '-'),
    name,
    guestKind: 'demo',
    origin: 'slipway',
    architecture: 'x86_64',
    group: '',
    createdAt: null,
    diskBytes: null,
    serialPorts: 1,
    ports: [],
    ...more,
    status: {
      phase: 'stopped',
      crashed: false,
      paused: null,
      ready: false,
      progress: null,
      conditions: [],
      failure: null,
      panic: null,
      resetLoop: null,
      answers: true,
      lastLines: [],
      acceleration: null,
      boot: 0,
      pid: null,
      processLives: false,
      since: '2026-01-01T00:00:00Z',
      startedAt: null,
      ...status,
    },
  };
}
