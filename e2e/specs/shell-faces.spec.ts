/** One application behind two faces: it opens, it is killed, it is there again. */
import { instances, startDemo } from '../fixtures/command-line.ts';
import { expect, test } from '../fixtures/test.ts';

test('the page opens, and after kill -9 of its owner the same guest is there again', async ({ app, home }) => {
  await expect(app.page).toHaveTitle(/Slipway/);
  const { pid } = await startDemo(home, 'survivor');
  await expect(app.page.getByText('survivor').first()).toBeVisible();
  await app.kill();
  await app.restart();
  await expect(app.page.getByText('survivor').first()).toBeVisible();
  expect(await instances(home)).toEqual([expect.objectContaining({ id: 'survivor', pid, state: 'ready' })]);
  app.mayLeaveGuests();
});
