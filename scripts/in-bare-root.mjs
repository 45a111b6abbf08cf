// Runs a command of this checkout in a bare Debian root, in a copy of the checkout:
//   node scripts/in-bare-root.mjs COMMAND...
// Its exit code is the command's. 75 means that no root could be made and nothing was run; the reason is on stderr.
// What is not committed is in the copy, too; what the tests leave in test-results/ comes back.

import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { cloneInto } from './bare-root/clone.mjs';
import { enter, superuser } from './bare-root/enter.mjs';
import { removeRoot, takeRoot } from './bare-root/make.mjs';
import { root as checkout, isEntry, runScript, Stop } from './checkout.mjs';
import { sayOnStderr } from './setup.mjs';

const suite = 'bookworm';
const noRoot = 75;

if (isEntry(import.meta)) {
  await runScript(async (command) => {
    if (command.length === 0) throw new Stop('usage: node scripts/in-bare-root.mjs COMMAND...');
    let root;
    let cwd;
    try {
      root = await takeRoot(suite, { say: sayOnStderr });
      cwd = await cloneInto(root, { as: superuser, changes: true, say: sayOnStderr });
    } catch (error) {
      if (root) await removeRoot(root, suite);
      sayOnStderr(error instanceof Stop ? error.message : error);
      return noRoot;
    }
    const { code } = await enter(root, command, { cwd });
    const results = join(root, cwd, 'test-results');
    if (existsSync(results))
      cpSync(results, join(checkout, 'test-results'), { recursive: true, verbatimSymlinks: true });
    await removeRoot(root, suite).catch((error) => sayOnStderr(`The bare root stays behind: ${error.message}`));
    // A command that happens to end with our own word has not "not been run".
    return code === noRoot ? 1 : code;
  });
}
