import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withLock } from './checkout.mjs';
import { packAsar } from './electron-copy.mjs';
import { installationMatches, requireNode } from './setup.mjs';
import { missingPackages, planInstall, withTodaysNames } from './system-packages.mjs';
import { addUp, parseArguments, settle, summarizePlaywright } from './test.mjs';

test('whoever ends `npm run slipway -- serve` ends the server', { timeout: 120_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'served-'));
  const npm = spawn('npm', ['run', '-s', 'slipway', '--', 'serve', '--port', '0', '--machine', 'json'], {
    env: { ...process.env, SLIPWAY_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(npm.stdout, 'data');
    const { url } = JSON.parse(line);
    expect((await fetch(url)).status).toBe(200);
    npm.kill('SIGTERM');
    // The pipe is closed when the last process that holds it is gone.
    await once(npm, 'close');
    await expect(fetch(url)).rejects.toThrow();
  } finally {
    npm.kill('SIGTERM');
    rmSync(home, { recursive: true, force: true });
  }
});

describe('system packages', () => {
  const missing = missingPackages('serve', () => false);

  test('the window and the tests need more than serving the page', () => {
    const names = (purpose) => missingPackages(purpose, () => false).map((need) => need.package);
    expect(names('serve')).toContain('qemu-system-x86');
    expect(names('serve')).not.toContain('libgtk-3-0');
    expect(names('start')).toContain('libgtk-3-0');
    expect(names('start')).not.toContain('xvfb');
    expect(names('test')).toContain('xvfb');
  });

  test('nothing missing, nothing to do', () => {
    expect(planInstall([], { apt: true, superuser: true })).toEqual({ action: 'nothing' });
  });

  test('root on Debian installs', () => {
    const plan = planInstall(missing, { apt: true, superuser: true });
    expect(plan.action).toBe('install');
    expect(plan.packages).toContain('qemu-utils');
  });

  test('anybody else is told the one command', () => {
    const { action, message } = planInstall(missing, { apt: true, superuser: false });
    expect(action).toBe('tell');
    expect(message).toContain('sudo apt-get install -y --no-install-recommends qemu-system-x86 qemu-utils');
  });

  test('the line works where apt has never been asked for its lists', () => {
    const { message } = planInstall(missing, { apt: true, superuser: false });
    expect(message).toContain('  sudo apt-get update && sudo apt-get install ');
  });

  test('names follow the system: what it renamed, and what it does not have', () => {
    const known = new Set(['qemu-system-x86', 'qemu-system-riscv', 'qemu-system-misc', 'libgtk-3-0', 'libgtk-3-0t64']);
    const names = (needs) => withTodaysNames(needs, known).map((need) => need.package);
    const asked = ['qemu-system-x86', 'qemu-system-misc', 'libgtk-3-0', 'xvfb'].map((name) => ({ package: name }));
    expect(names(asked)).toEqual(['qemu-system-x86', 'qemu-system-riscv', 'libgtk-3-0t64', 'xvfb']);
    expect(names([{ package: 'rare', optional: true }])).toEqual([]);
  });

  test('elsewhere the programs are named, not Debian packages', () => {
    const { message } = planInstall(missing, { apt: false, superuser: true });
    expect(message).toContain('Missing on this machine: qemu-system-x86_64, qemu-img');
    expect(message).not.toContain('apt-get');
  });
});

describe('installed Node packages', () => {
  const wanted = {
    packages: {
      '': { version: '1.0.0' },
      'node_modules/a': { version: '1.2.3', integrity: 'x' },
      'node_modules/for-mac': { version: '1.0.0', optional: true },
    },
  };

  test('match when every required one has the locked version', () => {
    expect(installationMatches(wanted, { packages: { 'node_modules/a': { version: '1.2.3', integrity: 'x' } } })).toBe(
      true,
    );
  });

  test.each([
    ['is of another version', { 'node_modules/a': { version: '1.2.4', integrity: 'x' } }],
    ['is of other content', { 'node_modules/a': { version: '1.2.3', integrity: 'y' } }],
    ['is missing', {}],
  ])('do not match when one %s', (_what, packages) => {
    expect(installationMatches(wanted, { packages })).toBe(false);
  });

  test('do not match when the installation was cut short', () => {
    expect(installationMatches(wanted, undefined)).toBe(false);
  });
});

test('an old Node is refused by its version', () => {
  expect(() => requireNode('20.17.9')).toThrow('needs Node 20.18');
  expect(() => requireNode('18.20.0')).toThrow('needs Node 20.18');
  expect(() => requireNode('20.18.0')).not.toThrow();
  expect(() => requireNode('24.1.0')).not.toThrow();
});

describe('the lock', () => {
  test('lets one in at a time and survives a holder that died', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-lock-'));
    const lock = join(folder, 'lock');
    mkdirSync(lock);
    // No process has this id: Linux stops at 2^22.
    writeFileSync(join(lock, 'pid'), '99999999');
    let inside = 0;
    let most = 0;
    const enter = () =>
      withLock(lock, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((done) => setTimeout(done, 20));
        inside -= 1;
      });
    await Promise.all([enter(), enter(), enter()]);
    expect(most).toBe(1);
    rmSync(folder, { recursive: true });
  });
});

test('an asar archive is a header with offsets, then the bytes', () => {
  const archive = packAsar({ 'a.txt': Buffer.from('hello'), 'b.txt': Buffer.from('world!') });
  const headerLength = archive.readUInt32LE(12);
  const header = JSON.parse(archive.subarray(16, 16 + headerLength).toString());
  const data = archive.subarray(8 + archive.readUInt32LE(4));
  expect(header.files['b.txt']).toEqual({ size: 6, offset: '5' });
  expect(data.subarray(5, 11).toString()).toBe('world!');
});

describe('the test summary', () => {
  test('counts a runner that crashed as a failure', () => {
    expect(settle(undefined, 1)).toEqual({ passed: 0, failed: 1, skipped: [] });
    expect(settle({ passed: 3, failed: 0, skipped: [] }, 1).failed).toBe(1);
    expect(settle({ passed: 3, failed: 2, skipped: [] }, 1).failed).toBe(2);
  });

  test('reads Playwright: nested suites, projects, reasons', () => {
    const tests = (status, annotations = []) => [{ status, annotations, projectName: 'electron' }];
    const summary = summarizePlaywright({
      errors: [],
      suites: [
        {
          title: 'a.spec.ts',
          specs: [{ title: 'one', tests: tests('expected') }],
          suites: [
            {
              title: 'inner',
              specs: [
                { title: 'two', tests: tests('unexpected') },
                { title: 'three', tests: tests('skipped', [{ type: 'skip', description: 'no Electron' }]) },
                { title: 'four', tests: tests('flaky') },
              ],
            },
          ],
        },
      ],
    });
    expect(summary).toEqual({
      passed: 2,
      failed: 1,
      skipped: [{ name: '[electron] a.spec.ts › inner › three', reason: 'no Electron' }],
    });
    expect(addUp([summary, { passed: 1, failed: 0, skipped: [] }]).passed).toBe(3);
  });

  test('a test that was not run and does not say why has failed', () => {
    const skipped = [{ name: 'a', reason: 'no /dev/kvm' }, { name: 'b' }, { name: 'c', reason: ' ' }];
    expect(addUp([{ passed: 1, failed: 1, skipped }])).toEqual({
      passed: 1,
      failed: 3,
      skipped: [skipped[0]],
      unexplained: [skipped[1], skipped[2]],
    });
  });

  test('options are few, the rest is a filter', () => {
    expect(parseArguments(['--unit', 'layers'])).toEqual({ unit: true, e2e: false, filters: ['layers'] });
    expect(() => parseArguments(['-t', 'x'])).toThrow('unknown option -t');
  });
});
