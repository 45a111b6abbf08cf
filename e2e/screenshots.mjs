// node e2e/screenshots.mjs: takes README's screenshots anew, from the built page over the web face, on real guests.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';

const root = join(import.meta.dirname, '..');
const cli = join(root, 'out', 'main', 'cli.js');
const docs = join(root, 'docs');
const home = mkdtempSync(join(tmpdir(), 'slipway-'));
const env = { ...process.env, SLIPWAY_HOME: home };

function command(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { env, stdio: 'ignore' });
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${args.join(' ')} ended with ${code}`))));
  });
}

async function serve() {
  const child = spawn(process.execPath, [cli, 'serve', '--port', '0', '--machine', 'json'], { env });
  const url = await new Promise((resolve) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(JSON.parse(text).url);
    });
  });
  return { child, url };
}

const built = join(process.env.SLIPWAY_TEST_CACHE ?? join(root, '.cache', 'test'), 'linux-guest');
if (existsSync(built)) cpSync(built, join(home, 'cache', 'linux-guest'), { recursive: true });
mkdirSync(docs, { recursive: true });

const { child, url } = await serve();
const browser = await chromium.launch({
  executablePath: process.env.SLIPWAY_TEST_CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  await command('start', '--linux', '--memory', '256');
  await command('start', '--demo');
  await command('start', '--demo', '--name', 'scheduler-fix', '--append', 'autorun=panic');
  await command('start', '--demo', '--name', 'boot-loop', '--append', 'autorun=poweroff', '--timeout', '0').catch(
    () => {},
  );
  for (const theme of ['dark', 'light']) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: theme });
    const keep = (name) => page.screenshot({ path: join(docs, `${name}.png`) });
    await page.goto(url);
    await page.getByRole('option', { name: /^linux/ }).click();
    if (theme === 'dark') {
      const terminal = page.getByRole('region', { name: 'Serial console' });
      await page.locator('[data-instance="linux"][data-state="writable"]').first().waitFor();
      await terminal.click();
      await page.keyboard.type('uname -a; df -h | head -3\r');
      await terminal.getByText('/dev/shm').first().waitFor();
      await keep('console');
      await page.getByRole('button', { name: 'New instance' }).first().click();
      await page.getByRole('radio', { name: 'Disk or ISO' }).click();
      await keep('new-instance');
    } else {
      await page.getByRole('tab', { name: 'Timeline', exact: true }).click();
      await page.getByText('let the guest go').waitFor();
      await keep('timeline');
    }
    await page.close();
  }
} finally {
  await browser.close();
  await command('stop', '--all', '--now').catch(() => undefined);
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
  rmSync(home, { recursive: true, force: true });
}
