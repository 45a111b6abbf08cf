// `npm run check`: everything about the code that a machine can judge without running the app.

import { join } from 'node:path';
import { measureBudget } from './budget.mjs';
import { isEntry, listFiles, notesDirectory, run, runScript } from './checkout.mjs';
import { findDebris } from './debris.mjs';
import { measurePage } from './page-budget.mjs';
import { ensureNodeModules } from './setup.mjs';

// Each layer is a TypeScript project of its own: what a layer must not see (Node, the DOM) is not in its types.
const layers = ['src-shared', 'src-main/core', 'src-main', 'src-renderer', 'e2e'];

const isTypeScript = (path) => /\.tsx?$/.test(path);

function typescript(layer) {
  const notes = join(notesDirectory, `${layer.replaceAll('/', '-')}.tsbuildinfo`);
  return ['node_modules/typescript/bin/tsc', '-p', layer, '--pretty', '--incremental', '--tsBuildInfoFile', notes];
}

function steps() {
  return [
    ...layers
      .filter((layer) => listFiles([layer], isTypeScript).length > 0)
      .map((layer) => ({ name: `types: ${layer}`, command: typescript(layer) })),
    { name: 'format and lint', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'] },
    { name: 'unused code', command: ['node_modules/knip/bin/knip.js', '--no-progress'] },
    { name: 'licences', command: ['scripts/licences.mjs'] },
    { name: 'npm audit', command: ['scripts/audit.mjs'], shown: true },
    {
      name: 'layers',
      command: ['node_modules/vitest/vitest.mjs', 'run', '--project=unit', '--reporter=dot', 'e2e/layers'],
    },
  ];
}

/** `shown`: what it prints is worth reading when it passes, too; with exit code 3 it could not judge, and says why. */
async function perform({ name, command, shown = false }) {
  const started = Date.now();
  const { code, text } = await run(process.execPath, command, { output: 'capture' });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const undecided = shown && code === 3;
  const verdict = undecided ? '??  ' : code === 0 ? 'ok  ' : 'FAIL';
  const said = code !== 0 && !undecided ? `\n${text.trim()}\n` : shown ? `: ${text.trim()}` : '';
  console.log(`${verdict} ${name} (${seconds} s)${said}`);
  return code === 0 || undecided;
}

/** Two at a time: enough for two cores, and the compiler is hungry for memory. */
async function performAll(queue) {
  const outcomes = [];
  const worker = async () => {
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) outcomes.push(await perform(step));
  };
  await Promise.all([worker(), worker()]);
  return outcomes.every(Boolean);
}

if (isEntry(import.meta)) {
  await runScript(async () => {
    await ensureNodeModules();
    const passed = await performAll(steps());
    const budgets = [await measureBudget(), await measurePage()];
    for (const { text } of budgets) console.log(`\n${text}`);
    const debris = findDebris().map((path) => `${path}: nothing refers to this file; delete it, or use it`);
    const errors = [...budgets.flatMap((budget) => budget.errors), ...debris];
    for (const error of errors) console.error(`FAIL ${error}`);
    return passed && errors.length === 0 ? 0 : 1;
  });
}
