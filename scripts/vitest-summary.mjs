// A vitest reporter that keeps the figures and, unlike vitest's own JSON report, why a test was skipped.

import { writeAtomically } from './checkout.mjs';

// Where a whole group is skipped before it runs, its name says why: `(skipped: …)` or `[needs …]`.
function reasonOf(test, { note }) {
  return note ?? /\(skipped: ([^)]+)\)|\[(needs [^\]]+)\]/.exec(test.fullName)?.slice(1).find(Boolean);
}

export class VitestSummary {
  constructor(path) {
    this.path = path;
  }

  onTestRunEnd(testModules, unhandledErrors) {
    const summary = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const testModule of testModules) {
      // A file that cannot even be loaded has no tests to fail.
      summary.failed += testModule.errors().length;
      for (const test of testModule.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') summary.passed += 1;
        else if (result.state === 'failed') summary.failed += 1;
        else
          summary.skipped.push({
            name: `${testModule.relativeModuleId}: ${test.fullName}`,
            reason: reasonOf(test, result),
          });
      }
    }
    writeAtomically(this.path, JSON.stringify(summary));
  }
}
