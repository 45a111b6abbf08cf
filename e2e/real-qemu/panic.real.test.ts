/** A guest that dies says so once: in its state, by its own words, until the machine begins anew. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CleanupStack } from '../../src-main/core/kit/cleanup-stack.ts';
import {
  demoDraft,
  generousMs,
  launchReady,
  openSlipway,
  type SlipwayHome,
  tempSlipway,
  until,
} from './slipway-under-test.ts';
import { Terminal } from './terminal.ts';

let cleanups: CleanupStack;
let home: SlipwayHome;
beforeEach(async () => {
  cleanups = new CleanupStack();
  home = await tempSlipway(cleanups);
});
afterEach(() => cleanups.close(), generousMs);

it(
  'is told with its line, found again by the next Slipway, and forgotten after a reset',
  async () => {
    const first = await openSlipway(home, cleanups);
    const { id } = await launchReady(first.client, demoDraft());
    const terminal = await Terminal.open(first.client, id);
    terminal.type('panic\r');
    const dead = await until(first.client, id, ({ status }) => status.panic !== null);
    expect(dead.status).toMatchObject({
      phase: 'running',
      panic: { line: expect.stringContaining('panic: asked for') },
    });
    await first.close();

    const second = await openSlipway(home, cleanups);
    const found = await until(second.client, id, ({ status }) => status.panic !== null);
    expect(found.status.panic).toEqual(dead.status.panic);
    await second.client.call('instance.reset', { id });
    await until(second.client, id, ({ status }) => status.panic === null);
  },
  generousMs,
);
