// `node scripts/audit.mjs`: asks the registry for known vulnerabilities of what we install (`npm audit`).
// Fails for a package that is shipped inside the app; says what is wrong with the tools. A registry that does not
// answer such questions is no failure, and no green light either: the reason is said.

import { bundledPackages, ensureBuilt } from './build.mjs';
import { isEntry, run, runScript } from './checkout.mjs';

const slowAfterMs = 60_000;

/**
 * `text`: what `npm audit --json` printed. `shipped`: names of packages that are in the bundles.
 * Resolves to {outcome: 'clean' | 'tools' | 'shipped' | 'not asked', lines}.
 */
export function judgeAudit(text, shipped) {
  const report = parse(text);
  if (report?.vulnerabilities === undefined)
    return { outcome: 'not asked', lines: [`not asked: ${reasonIn(report, text)}`] };
  const found = Object.values(report.vulnerabilities);
  const lineOf = ({ name, severity, range, via }) => {
    const titles = via.flatMap((cause) =>
      typeof cause === 'string' ? [] : [`${cause.title} ${cause.url ?? ''}`.trim()],
    );
    return `${name} ${range} (${severity})${titles.length === 0 ? '' : `: ${titles.join('; ')}`}`;
  };
  const inside = found.filter(({ name }) => shipped.includes(name));
  if (inside.length > 0) return { outcome: 'shipped', lines: inside.map((one) => `shipped: ${lineOf(one)}`) };
  if (found.length > 0) return { outcome: 'tools', lines: found.map((one) => `tools only: ${lineOf(one)}`) };
  return { outcome: 'clean', lines: ['no known vulnerabilities'] };
}

function parse(text) {
  try {
    // npm puts its warnings before and after.
    return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
  } catch {
    return undefined;
  }
}

function reasonIn(report, text) {
  const said = report?.message ?? report?.error?.summary ?? report?.error?.code;
  return said || text.trim().split('\n').at(-1) || 'npm printed nothing';
}

export async function audit() {
  await ensureBuilt({ quiet: true });
  const shipped = bundledPackages().map((folder) =>
    folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length),
  );
  // --package-lock-only: what is locked is what is shipped, whatever lies in node_modules.
  const { text, signal } = await run('npm', ['audit', '--json', '--package-lock-only'], {
    output: 'capture',
    timeoutMs: slowAfterMs,
  });
  if (signal) return { outcome: 'not asked', lines: [`not asked: no answer within ${slowAfterMs / 1000} s`] };
  return judgeAudit(text, shipped);
}

if (isEntry(import.meta)) {
  await runScript(async () => {
    const { outcome, lines } = await audit();
    for (const line of lines) console.log(line);
    return { shipped: 1, 'not asked': 3 }[outcome] ?? 0;
  });
}
