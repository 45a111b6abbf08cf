/** Node entry of the command line: compose the core with terminal output. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from './command-line/run.ts';

process.umask(0o077);

const output = join(dirname(fileURLToPath(import.meta.url)), '..');

process.exitCode = await runCommandLine(process.argv.slice(2), {
  assetsDirectory: join(output, 'assets'),
  page: join(output, 'renderer'),
});
