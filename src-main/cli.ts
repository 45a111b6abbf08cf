/** Node entry of the command line: compose the core with terminal output. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from './command-line/run.ts';

process.umask(0o077);
// Whoever reads the output has seen enough (`slipway logs demo | head -1`), or the terminal is gone.
process.stdout.on('error', () => process.exit());
process.stderr.on('error', () => undefined);

const output = join(dirname(fileURLToPath(import.meta.url)), '..');

process.exitCode = await runCommandLine(process.argv.slice(2), {
  assetsDirectory: join(output, 'assets'),
  page: join(output, 'renderer'),
});
