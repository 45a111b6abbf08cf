// `npm test [-- FILTER...]`: vitest (everything below the window), then Playwright (the window and the page).
// The last line is always "N passed, N failed, N skipped"; every skipped test is listed with its reason.
//   --unit, --e2e: only one of the two

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { findOnPath, isEntry, listFiles, readJson, root, run, runScript, Stop } from './checkout.mjs';
import { ensureNodeModules, setUp } from './setup.mjs';

const results = join(root, 'test-results');

/** A test that was not run without saying why might as well have failed: it is counted so, and named. */
export function addUp(summaries) {
  const notRun = summaries.flatMap(({ skipped }) => skipped);
  const unexplained = notRun.filter(({ reason }) => !reason?.trim());
  return {
    passed: summaries.reduce((sum, { passed }) => sum + passed, 0),
    failed: summaries.reduce((sum, { failed }) => sum + failed, 0) + unexplained.length,
    skipped: notRun.filter((test) => !unexplained.includes(test)),
    unexplained,
  };
}

/** A runner that ends badly without a failed test (it crashed, it found nothing) is a failure all the same. */
export function settle(summary, code) {
  const known = summary ?? { passed: 0, failed: 0, skipped: [] };
  return code !== 0 && known.failed === 0 ? { ...known, failed: 1 } : known;
}

export function summarizePlaywright(report) {
  if (report === undefined) return undefined;
  const summary = { passed: 0, failed: report.errors?.length ?? 0, skipped: [] };
  const visit = (suite, path) => {
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        if (test.status === 'unexpected') summary.failed += 1;
        else if (test.status !== 'skipped') summary.passed += 1;
        else {
          const reason = test.annotations.find(({ type }) => ['skip', 'fixme'].includes(type))?.description;
          summary.skipped.push({ name: `[${test.projectName}] ${[...path, spec.title].join(' › ')}`, reason });
        }
      }
    }
    for (const child of suite.suites ?? []) visit(child, [...path, child.title]);
  };
  for (const suite of report.suites ?? []) visit(suite, [suite.title]);
  return summary;
}

async function runVitest(filters, environment) {
  const outcome = join(results, 'vitest.json');
  rmSync(outcome, { force: true });
  const { code } = await run(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--passWithNoTests', ...filters],
    {
      env: environment,
    },
  );
  return settle(readJson(outcome), code);
}

async function runPlaywright(filters, environment, electron) {
  if (listFiles(['e2e/specs'], (path) => path.endsWith('.spec.ts')).length === 0) return settle(undefined, 0);
  const outcome = join(results, 'playwright.json');
  rmSync(outcome, { force: true });
  const chromium = ['chromium', 'chromium-browser', 'google-chrome'].map(findOnPath).find(Boolean);
  const command = [
    ...displayPrefix(),
    process.execPath,
    'node_modules/@playwright/test/cli.js',
    'test',
    '--config=e2e/playwright.config.ts',
    '--pass-with-no-tests',
    ...filters,
  ];
  const { code } = await run(command[0], command.slice(1), {
    env: {
      ...environment,
      ...(electron.executable
        ? { SLIPWAY_TEST_ELECTRON: electron.executable }
        : { SLIPWAY_TEST_ELECTRON_MISSING: electron.notice }),
      ...(chromium
        ? { SLIPWAY_TEST_CHROMIUM: chromium }
        : { SLIPWAY_TEST_CHROMIUM_MISSING: 'no Chromium on this machine' }),
    },
  });
  return settle(summarizePlaywright(readJson(outcome)), code);
}

/** Windows that open and close on somebody's desktop are a nuisance: a display of our own wherever there can be one. */
function displayPrefix() {
  if (process.platform !== 'linux' || process.env.SLIPWAY_TEST_ON_DISPLAY === '1') return [];
  return ['xvfb-run', '-a', '-s', '-screen 0 1600x1000x24'];
}

function report({ passed, failed, skipped, unexplained }) {
  if (skipped.length > 0) console.log('\nSkipped:');
  for (const { name, reason } of skipped) console.log(`  ${name}\n      ${reason}`);
  if (unexplained.length > 0)
    console.log('\nNot run, and NO REASON GIVEN (each counts as failed: skip with a reason):');
  for (const { name } of unexplained) console.log(`  ${name}`);
  console.log(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped`);
}

export function parseArguments(args) {
  const options = args.filter((argument) => argument.startsWith('-'));
  const unknown = options.find((option) => !['--unit', '--e2e'].includes(option));
  if (unknown) throw new Stop(`unknown option ${unknown}; usage: npm test -- [--unit|--e2e] [FILTER...]`);
  return {
    unit: !options.includes('--e2e'),
    e2e: !options.includes('--unit'),
    filters: args.filter((argument) => !argument.startsWith('-')),
  };
}

async function runAll({ unit, e2e, filters }) {
  await ensureNodeModules();
  const electron = await setUp({ purpose: 'test' });
  await ensureBuilt();
  // A test that forgets to set a home of its own must not find the user's guests. Short: sockets live below it.
  const home = mkdtempSync(join(tmpdir(), 'slipway-test-'));
  const environment = { SLIPWAY_HOME: home, SLIPWAY_FFX_INSTANCES: join(home, 'no-ffx') };
  try {
    const summaries = [];
    if (unit) summaries.push(await runVitest(filters, environment));
    if (e2e) summaries.push(await runPlaywright(filters, environment, electron));
    return addUp(summaries);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

if (isEntry(import.meta)) {
  await runScript(async (args) => {
    const wanted = parseArguments(args);
    const total = await runAll(wanted).catch((error) => {
      // Whoever reads only the last line must not take "could not even start" for "nothing failed".
      console.log(error instanceof Stop ? error.message : error);
      return { passed: 0, failed: 1, skipped: [], unexplained: [] };
    });
    const none = total.passed + total.failed + total.skipped.length === 0;
    if (none) console.log(`No test matches ${wanted.filters.join(' ')}.`);
    report(total);
    return total.failed > 0 || none ? 1 : 0;
  });
}
