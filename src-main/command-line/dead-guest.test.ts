/** Every wait of the command line ends when the guest dies, with exit code 1 and its last words. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CleanupStack } from '../core/kit/cleanup-stack.ts';
import { type BundledProgram, bundleProgram } from '../core/testing/bundled-program.ts';
import { type FakeQemuScript, fakeQemuBinary } from '../core/testing/fake-qemu.ts';
import { tempHome } from '../core/testing/temp-home.ts';

const line = '[    1.016060] Kernel panic - not syncing: System is deadlocked on memory';

let slipway: BundledProgram;
let home: string;
const cleanups = new CleanupStack();
beforeAll(async () => {
  slipway = await bundleProgram('src-main/cli.ts');
  cleanups.add(() => slipway.dispose());
  const temporary = await tempHome();
  cleanups.add(() => temporary.dispose());
  home = temporary.home;
  cleanups.add(async () => void (await run('stop', '--all', '--now')));
});
afterAll(() => cleanups.close());

async function run(...args: string[]) {
  const program = slipway.start(args, { home });
  program.child.stdin?.end();
  const { code } = await program.ended;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

async function fake(script: FakeQemuScript): Promise<string> {
  const made = await fakeQemuBinary({ ignore: ['system_powerdown'], ...script });
  cleanups.add(() => made.dispose());
  return made.binary;
}

const panicking = () => fake({ serial: [{ text: 'booting\r\n' }, { text: `${line}\r\n`, afterMs: 300 }] });

it.each([
  ['without a time-out', []],
  ['with one that is far away', ['--timeout', '600']],
  ['on its console', ['--console']],
])('start %s', async (_, options) => {
  const name = `p${options.join('')}`;
  const began = performance.now();
  const { code, stderr } = await run('start', '--demo', '--name', name, '--qemu', await panicking(), ...options);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(`The guest panicked: ${line}`) });
  expect(stderr).not.toMatch(/not ready in time/);
  expect(performance.now() - began).toBeLessThan(20_000);
  const [listed, shown] = [await run('list'), JSON.parse((await run('show', name, '--machine', 'json')).stdout)];
  expect(listed.stdout).toMatch(new RegExp(`\\[panicked\\] +${name} .*Kernel panic`));
  expect(shown).toMatchObject({ state: 'panicked', panic: line, ready: false, failure: { code: 'guest_died' } });
  const stopping = performance.now();
  await run('stop', name);
  // Not the ten seconds that a guest is given which hears its power button; with what a program takes to start.
  expect(performance.now() - stopping).toBeLessThan(8000);
  const after = await run('show', name);
  expect(after.stdout).toContain(`${name}  [panicked]`);
  expect(after.stdout).toMatch(/Boots\n.*panicked: \[ {4}1\.016060\] Kernel panic/);
});

it.each([[[]], [['--console']]])('a guest that ends QEMU by its panic: start %s', async (options) => {
  const qemu = await fake({ serial: [{ text: 'booting\r\n' }, { text: `${line}\r\n`, afterMs: 300, does: 'end' }] });
  const name = `gone${options.join('')}`;
  const { code, stderr } = await run('start', '--demo', '--name', name, '--qemu', qemu, ...options);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(`The guest panicked: ${line}`) });
});

it('a guest that keeps resetting', async () => {
  const qemu = await fake({ serial: [{ text: 'booting\r\n', afterMs: 100, does: 'reset' }] });
  const { code, stderr } = await run('start', '--demo', '--name', 'loop', '--qemu', qemu);
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/keeps resetting: \d+ times in a row/),
  });
  expect((await run('list')).stdout).toMatch(/\[reset loop\] +loop .*\d+ resets in a row/);
  await run('stop', 'loop');
});

it('what is not ready in time says how far it came', async () => {
  const qemu = await fake({ serial: [{ text: 'booting\r\nstep 7 of 9\r\n' }] });
  const { code, stderr } = await run('start', '--demo', '--name', 'slow', '--qemu', qemu, '--timeout', '10');
  expect(code).toBe(1);
  expect(stderr).toMatch(/cause: Waiting for .*demo: ready.* The last line there: step 7 of 9/);
  await run('stop', 'slow', '--now');
});
