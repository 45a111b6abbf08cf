import { defineConfig } from 'vitest/config';
import { VitestSummary } from './scripts/vitest-summary.mjs';

const everywhere = ['src-*', 'assets', 'e2e', 'scripts'];
const realEngine = everywhere.map((folder) => `${folder}/**/*.real.test.ts`);

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['default', new VitestSummary('test-results/vitest.json')],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'src-*/**/*.test.{ts,tsx}',
            'assets/**/*.test.ts',
            'e2e/*.test.ts',
            'e2e/faults/*.test.ts',
            'scripts/**/*.test.mjs',
          ],
          exclude: ['**/node_modules/**', ...realEngine],
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: realEngine,
          // They time a real QEMU: one at a time, and after everything else.
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
