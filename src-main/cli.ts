/** Node entry of the command line: compose the core with terminal output. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from './command-line/run.ts';

process.umask(0o077);
// Whoever reads the output has seen enough (`slipway logs demo | head -1`), or the terminal is gone.
process.stdout.on('error', () => process.exit());
process.stderr.on('error', () => undefined);

const output = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Everything is let go of when the command is done; what keeps a process alive after that is a mistake of ours. */
const lastMs = 2000;

process.exitCode = await runCommandLine(process.argv.slice(2), {
  assetsDirectory: join(output, 'assets'),
  page: join(output, 'renderer'),
});

// Not by `exit`, which waits for threads: one that hangs in the file system would hold the process for ever.
const end = () => (process.stdout.writableLength > 0 ? endSoon() : process.kill(process.pid, 'SIGKILL'));
const endSoon = () => setTimeout(end, lastMs).unref();
endSoon();
