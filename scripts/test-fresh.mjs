// `npm run test:fresh -- [bookworm|trixie|sid] [--debian-node] [--only=PART,...]` (as root): what README promises, on a
// machine that has nothing: a bare Debian root with this Node (or Debian's own), HEAD cloned into it.
//   bookworm      npm start and npm test, as root and as a plain user; a window; the packages that npm run dist makes
//   trixie, sid   npm start, npm run check, and the tests below the window
// The last lines are the parts with their figures, and their sum.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cloneInto } from './bare-root/clone.mjs';
import { enter, plainUser, superuser } from './bare-root/enter.mjs';
import { obstacle, removeRoot, suites, takeRoot } from './bare-root/make.mjs';
import { root as checkout, isEntry, isRoot, runScript, Stop } from './checkout.mjs';

const say = (text) => console.log(text);

/** The figures of a part: its own last line where it has one, else its exit code. A bad exit is never all green. */
export function figuresOf({ code, text }) {
  const line = text.trimEnd().split('\n').at(-1) ?? '';
  const [, passed, failed, skipped] = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(line) ?? [];
  if (passed === undefined) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  const figures = { passed: Number(passed), failed: Number(failed), skipped: Number(skipped ?? 0) };
  return code !== 0 && figures.failed === 0 ? { ...figures, failed: 1 } : figures;
}

export function sentence({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** The command that a plain user is told to have run as root; `sudo` is taken off, for here root itself runs it. */
export function toldCommand(said) {
  const line = said.split('\n').find((text) => /^\s+sudo apt-get /.test(text));
  return line?.trim().replaceAll('sudo ', '');
}

export function parseArguments(args) {
  const names = args.filter((argument) => !argument.startsWith('-'));
  const only = args
    .find((argument) => argument.startsWith('--only='))
    ?.slice('--only='.length)
    .split(',');
  const unknown =
    args.find(
      (argument) => argument.startsWith('-') && argument !== '--debian-node' && !argument.startsWith('--only='),
    ) ??
    names.find((name) => !suites.includes(name)) ??
    names[1] ??
    only?.find((name) => !(name in parts));
  if (unknown) {
    throw new Stop(
      `unknown: ${unknown}; usage: npm run test:fresh -- [${suites.join('|')}] [--debian-node] [--only=${Object.keys(parts).join(',')}]`,
    );
  }
  const suite = names[0] ?? 'bookworm';
  return { suite, debianNode: args.includes('--debian-node'), only: only ?? partsOf(suite) };
}

function partsOf(suite) {
  return suite === 'bookworm' ? ['root', 'window', 'user', 'package'] : ['start', 'check', 'rings'];
}

/** Each part is a list of steps in a root of its own: [name, command, options of `enter`], or a function of the root. */
const parts = {
  root: { as: superuser, steps: [firstStart, ['npm test', ['npm', 'test', '--silent']]] },
  window: {
    as: superuser,
    steps: [
      ['set-up', ['node', 'scripts/setup.mjs', '--for=test', '--quiet']],
      [
        'npm start in a window',
        ['xvfb-run', '-a', 'node', 'scripts/first-start.mjs', '--window'],
        { env: { SLIPWAY_ELECTRON_COPY: 'on' } },
      ],
    ],
  },
  user: {
    as: plainUser,
    steps: [
      refusedThenHelped('npm start', ['npm', 'start']),
      firstStart,
      refusedThenHelped('npm test', ['npm', 'test', '--silent']),
      ['npm test', ['npm', 'test', '--silent']],
    ],
  },
  package: {
    as: superuser,
    needs: 'scripts/test-package.mjs',
    steps: [['packages', ['node', 'scripts/test-package.mjs']]],
  },
  start: { as: superuser, steps: [firstStart] },
  check: { as: superuser, steps: [['npm run check', ['npm', 'run', '-s', 'check']]] },
  rings: { as: superuser, steps: [['tests below the window', ['npm', 'run', '-s', 'test:unit']]] },
};

function firstStart(place) {
  return step(place, 'npm start', ['node', 'scripts/first-start.mjs']);
}

/** A plain user is told one command; root runs that very command. */
function refusedThenHelped(name, command) {
  return async (place) => {
    const refused = await enter(place.root, command, { as: place.as, cwd: place.cwd });
    const told = toldCommand(refused.text);
    const isTold = refused.code !== 0 && told !== undefined;
    if (!isTold) return [{ name: `${name} says the one command to run`, passed: 0, failed: 1, skipped: 0, minutes: 0 }];
    say(`As root: ${told}`);
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    return step(place, `what ${name} told the user to run`, ['sh', '-c', told], { as: superuser, cwd: '/', env });
  };
}

async function step(place, name, command, options = {}) {
  say(`\n---- ${place.label}: ${name} ----`);
  const started = Date.now();
  const outcome = await enter(place.root, command, { as: place.as, cwd: place.cwd, ...options });
  return [{ name, ...figuresOf(outcome), minutes: (Date.now() - started) / 60_000 }];
}

async function perform(name, { suite, debianNode }) {
  const { as, steps, needs } = parts[name];
  if (needs && !existsSync(join(checkout, needs))) return [];
  const root = await takeRoot(suite, { say, debianNode });
  const rows = [];
  try {
    const label = `${suite} as ${as.name === 'root' ? 'root' : 'a plain user'}`;
    const place = { root, as, label, cwd: await cloneInto(root, { as, say }) };
    for (const each of steps) {
      const outcome = await (typeof each === 'function' ? each(place) : step(place, ...each));
      rows.push(...outcome.map((row) => ({ ...row, label })));
    }
    return rows;
  } finally {
    await removeRoot(root, suite);
  }
}

if (isEntry(import.meta)) {
  await runScript(async (args) => {
    const wanted = parseArguments(args);
    const reason = obstacle();
    if (reason && !isRoot()) {
      throw new Stop(`${reason}. Run this:\n  sudo env "PATH=$PATH" npm run test:fresh -- ${args.join(' ')}`.trimEnd());
    }
    if (reason) throw new Stop(reason);
    const rows = [];
    for (const name of wanted.only) rows.push(...(await perform(name, wanted)));
    console.log();
    for (const row of rows) console.log(`${row.label}: ${row.name}: ${sentence(row)} in ${row.minutes.toFixed(1)} min`);
    const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
    const total = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
    console.log(sentence(total));
    return total.failed > 0 || total.passed === 0 ? 1 : 0;
  });
}
