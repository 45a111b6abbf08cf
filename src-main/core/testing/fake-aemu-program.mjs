/**
 * A stand-in for the Android emulator's Fuchsia build: its own options, then `-fuchsia`, then QEMU's arguments, which
 * the fake QEMU takes. Like the real one it refuses an option it does not know, and QEMU's before `-fuchsia`.
 */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const flags = new Set([
  '-metrics-collection',
  '-no-hidpi-scaling',
  '-no-window',
  '-verbose',
  '-wait-for-debugger',
  '-no-location-ui',
]);
const withValue = new Set(['-feature', '-avd-arch', '-gpu', '-window-size']);

const [, , , scriptPath, ...argv] = process.argv;
writeFileSync(join(dirname(scriptPath), 'argv.json'), JSON.stringify(argv));

const at = argv.indexOf('-fuchsia');
function fail(text) {
  process.stderr.write(`emulator: ERROR: ${text}\n`);
  process.exit(1);
}
if (at < 0) fail('No AVD specified. Use -fuchsia to run a Fuchsia image');
for (let index = 0; index < at; index++) {
  const option = argv[index];
  if (withValue.has(option)) index++;
  else if (!flags.has(option)) fail(`unknown option: ${option}`);
}
const stray = argv.slice(at + 1).find((word) => flags.has(word) || ['-gpu', '-feature', '-fuchsia'].includes(word));
if (stray !== undefined) fail(`${stray} comes after -fuchsia`);

// The real one stands still until a debugger has attached to it and continues it.
if (argv.includes('-wait-for-debugger')) {
  await new Promise((resolve) => {
    const alive = setInterval(() => undefined, 1000);
    process.once('SIGUSR1', () => {
      clearInterval(alive);
      resolve();
    });
  });
}
process.argv = [...process.argv.slice(0, 2), '-script', scriptPath, ...argv.slice(at + 1)];
await import('./fake-qemu-program.mjs');
