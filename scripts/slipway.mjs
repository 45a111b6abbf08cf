// `npm run -s slipway -- ARGUMENTS`: the command line of this checkout, built when it is out of date.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { isEntry, root, runScript } from './checkout.mjs';
import { ensureNodeModules } from './setup.mjs';

/**
 * Becomes the command line instead of starting it as a child: there is then no second process between a terminal or a
 * script and the program, so stdio, signals and exit codes need no forwarding (a forwarded Ctrl-C would arrive twice).
 * That is also why package.json says `exec`: a SIGTERM to npm would end npm's shell, and leave what it started running.
 */
export async function becomeCommandLine(args) {
  const entry = join(root, 'out', 'main', 'cli.js');
  // npm runs scripts in the package's folder; relative paths are meant from where the user stands.
  if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
  process.argv = [process.execPath, entry, ...args];
  await import(pathToFileURL(entry).href);
}

if (isEntry(import.meta)) {
  await runScript(async (args) => {
    await ensureNodeModules();
    // Only the server hands out the page.
    await ensureBuilt({ renderer: args.includes('serve'), quiet: true });
    await becomeCommandLine(args);
  });
}
