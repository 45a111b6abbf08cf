import { afterEach, describe, expect, it } from 'vitest';
import { settle } from '../testing/fake-clock.ts';
import { Emitter } from './emitter.ts';
import { type Log, silentLog } from './log.ts';
import { logUnawaitedTo, unawaited } from './unawaited.ts';

/** The messages that were logged as errors. */
function memoryLog(): { log: Log; errors: { message: string; raw: unknown }[] } {
  const errors: { message: string; raw: unknown }[] = [];
  return { errors, log: { ...silentLog, error: (message, facts) => errors.push({ message, raw: facts?.raw }) } };
}

describe('work that nobody waits for', () => {
  afterEach(() => logUnawaitedTo(silentLog));

  it('ends as a line in the log when it fails, with what was thrown', async () => {
    const { log, errors } = memoryLog();
    unawaited(Promise.reject(new Error('the disk is gone')), 'a picture could not be kept', log);
    unawaited(Promise.resolve('fine'), 'never said', log);
    await settle();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ message: 'a picture could not be kept' });
    expect(String(errors[0]?.raw)).toContain('the disk is gone');
  });

  it("goes to the process's log where it has none of its own", async () => {
    const { log, errors } = memoryLog();
    logUnawaitedTo(log);
    unawaited(Promise.reject('no error at all'), 'something');
    await settle();
    expect(errors).toEqual([{ message: 'something', raw: 'no error at all' }]);
  });

  it('is not ended by a listener that throws, and neither are the other listeners', async () => {
    const { log, errors } = memoryLog();
    logUnawaitedTo(log);
    const emitter = new Emitter<number>();
    const heard: number[] = [];
    emitter.on(() => {
      throw new Error('deaf');
    });
    emitter.on((value) => heard.push(value));
    emitter.emit(7);
    await settle();
    expect(heard).toEqual([7]);
    expect(errors.map(({ message }) => message)).toEqual(['a listener of an event failed']);
  });
});
