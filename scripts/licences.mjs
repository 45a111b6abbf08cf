// `node scripts/licences.mjs`: the npm packages that are in the bundles, and whether each may be shipped.

import { bundledPackages, ensureBuilt } from './build.mjs';
import { describePackages, licenceProblems } from './bundled-packages.mjs';
import { isEntry, runScript } from './checkout.mjs';

/** All that is bundled, built first if need be. */
export async function describeBundled() {
  await ensureBuilt({ quiet: true });
  return describePackages(bundledPackages());
}

if (isEntry(import.meta)) {
  await runScript(async () => {
    const packages = await describeBundled();
    for (const { name, version, licence } of packages) console.log(`${name} ${version}: ${licence}`);
    const problems = licenceProblems(packages);
    for (const problem of problems) console.error(problem);
    return problems.length === 0 ? 0 : 1;
  });
}
