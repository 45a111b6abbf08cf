import { defineConfig } from '@playwright/test';

/**
 * The same specs run twice, where the face matters: in the app's window (`face: 'electron'`) and in a browser over the
 * web face (`face: 'web'`). A spec for one of them only is called `*.electron.spec.ts` or `*.web.spec.ts`.
 *
 * scripts/test.mjs says in the environment what it found: SLIPWAY_TEST_ELECTRON and SLIPWAY_TEST_CHROMIUM are
 * executables, SLIPWAY_TEST_ELECTRON_MISSING and SLIPWAY_TEST_CHROMIUM_MISSING are the reasons to skip.
 */
export type FaceOptions = { readonly face: 'electron' | 'web' };

/**
 * Specs of the page alone. It is the same document in both faces, and what the faces do differently (how bytes reach the
 * page, native dialogs, saving, windows, what a web page may) is not in them: a second run would prove nothing new.
 */
const ofThePageAlone = ['accessibility', 'failures', 'frame', 'instances', 'linux-guest'].map(
  (name) => `**/${name}.spec.ts`,
);
const isWithoutWindow = process.env.SLIPWAY_TEST_ELECTRON_MISSING !== undefined;

const chromium = process.env.SLIPWAY_TEST_CHROMIUM;
const isRoot = process.getuid?.() === 0;

export default defineConfig<FaceOptions>({
  testDir: './specs',
  outputDir: '../test-results/playwright',
  // Each test boots guests of its own; two at a time would measure each other.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: '../test-results/playwright.json' }]],
  use: { trace: 'retain-on-failure', screenshot: 'only-on-failure' },
  projects: [
    {
      name: 'electron',
      testIgnore: ['**/*.web.spec.ts', ...(isWithoutWindow ? ofThePageAlone : [])],
      use: { face: 'electron' },
    },
    {
      name: 'chromium',
      testIgnore: ['**/*.electron.spec.ts', ...(isWithoutWindow ? [] : ofThePageAlone)],
      use: {
        face: 'web',
        browserName: 'chromium',
        launchOptions: {
          ...(chromium === undefined ? {} : { executablePath: chromium }),
          // Root has no sandbox; /dev/shm is tiny in containers.
          args: [...(isRoot ? ['--no-sandbox'] : []), '--disable-dev-shm-usage'],
        },
      },
    },
  ],
});
