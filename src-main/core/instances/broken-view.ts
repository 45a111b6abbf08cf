/** An instance whose Spec cannot be read is still an instance: it is listed with its error, and can be deleted. */
import type { InstanceId } from '../../../src-shared/model/ids.ts';
import type { InstanceView } from '../../../src-shared/model/instance.ts';

export function brokenView(id: InstanceId, error: string): InstanceView {
  return {
    id,
    name: id,
    guestKind: 'kernel',
    origin: 'slipway',
    architecture: 'x86_64',
    group: '',
    createdAt: null,
    diskBytes: null,
    serialPorts: 1,
    ports: [],
    status: {
      phase: 'failed',
      crashed: false,
      paused: null,
      ready: false,
      progress: null,
      conditions: [],
      failure: {
        code: 'invalid_input',
        message: 'What was asked for cannot be read: spec.json is missing or damaged.',
        hint: 'Repair the file by hand, or delete the instance; its transcripts go to the trash with it.',
        raw: error,
      },
      panic: null,
      resetLoop: null,
      answers: true,
      lastLines: [],
      acceleration: null,
      boot: 0,
      pid: null,
      processLives: false,
      since: new Date(0).toISOString(),
      startedAt: null,
    },
  };
}
