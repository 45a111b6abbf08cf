// node e2e/screenshots.mjs [--docs] [--only NAME,NAME] [--themes dark] [--sizes 1280x800] [--density compact] [--out DIR]
// Pictures of every screen (e2e/screenshots/screens.mjs) from the built page over the web face, on real guests, in both
// themes and two sizes, into test-results/screens. --docs takes README's into docs/ instead.
// A screen that cannot be reached is said to be missing, and the exit code is 1.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { screens } from './screenshots/screens.mjs';
import { Home } from './screenshots/stage.mjs';

const root = join(import.meta.dirname, '..');
const { values: options } = parseArgs({
  options: {
    docs: { type: 'boolean', default: false },
    only: { type: 'string' },
    themes: { type: 'string', default: 'light,dark' },
    sizes: { type: 'string', default: '1280x800,1920x1080' },
    density: { type: 'string', default: 'comfortable' },
    out: { type: 'string' },
  },
});
const directory = options.out ?? (options.docs ? join(root, 'docs') : join(root, 'test-results', 'screens'));
const wanted = options.only?.split(',');
const chosen = screens.filter(
  (screen) => (wanted === undefined || wanted.includes(screen.name)) && (!options.docs || screen.docs !== undefined),
);
const sizes = (options.docs ? '1280x800' : options.sizes).split(',').map((size) => {
  const [width, height] = size.split('x').map(Number);
  return { width, height };
});
const themes = options.themes.split(',');
const stepMs = 8_000;
const missing = [];

async function setGuests(home) {
  if (home.takeLinuxGuest()) await home.boot('--linux', '--memory', '256');
  else missing.push('linux: the guest is not in the cache, its screens cannot be taken');
  await home.boot('--demo', '--port', 'web:8080');
  await home.run('start', '--demo', '--name', 'scheduler-fix', '--append', 'autorun=panic');
  await home.run('start', '--demo', '--name', 'broken', '--extra=-device no-such-device', '--timeout', '20');
  await home.boot('--demo', '--name', 'nightly');
  await home.run('stop', 'nightly', '--now');
}

async function take(browser, server, screen, look) {
  const { theme, size } = look;
  const context = await browser.newContext({ viewport: size, colorScheme: theme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(stepMs);
  const name = options.docs ? screen.name : `${screen.name}-${theme}-${size.width}`;
  try {
    await page.goto(await server.freshUrl());
    if (options.density !== 'comfortable')
      await page.evaluate((density) => {
        document.documentElement.dataset.density = density;
      }, options.density);
    await screen.prepare(page, look);
    await page.screenshot({ path: join(directory, `${name}.png`) });
  } catch (error) {
    missing.push(`${name}: ${String(error.message).split('\n').slice(0, 3).join(' ')}`);
    await page.screenshot({ path: join(directory, `missing-${name}.png`) }).catch(() => undefined);
  } finally {
    await context.close();
  }
}

/** Pages that were open when their server went away. */
async function takeLost(browser, server, lost, looks) {
  const open = [];
  for (const screen of lost)
    for (const { theme, size } of looks) {
      const context = await browser.newContext({ viewport: size, colorScheme: theme });
      const page = await context.newPage();
      await page.goto(await server.freshUrl());
      await page.getByRole('option').first().waitFor({ timeout: stepMs });
      open.push({ screen, page, name: `${screen.name}-${theme}-${size.width}` });
    }
  await server.end();
  for (const { screen, page, name } of open)
    try {
      page.setDefaultTimeout(stepMs);
      await screen.prepare(page);
      await page.screenshot({ path: join(directory, `${name}.png`) });
    } catch (error) {
      missing.push(`${name}: ${error.message.split('\n')[0]}`);
    }
}

mkdirSync(directory, { recursive: true });
const homes = { full: new Home(), empty: new Home() };
const browser = await chromium.launch({
  executablePath: process.env.SLIPWAY_TEST_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
});
const servers = {};
try {
  await setGuests(homes.full);
  servers.full = await homes.full.serve();
  servers.empty = await homes.empty.serve();
  const { build } = homes.full;
  const looks = themes.flatMap((theme) => sizes.map((size) => ({ theme, size, build })));
  for (const screen of chosen.filter(({ on }) => on !== 'lost'))
    for (const look of options.docs ? looks.filter(({ theme }) => theme === screen.docs) : looks)
      await take(browser, servers[screen.on ?? 'full'], screen, look);
  const lost = chosen.filter(({ on }) => on === 'lost');
  if (lost.length > 0) await takeLost(browser, servers.full, lost, looks);
} finally {
  await browser.close();
  for (const server of Object.values(servers)) await server.end();
  for (const home of Object.values(homes)) await home.close();
}
console.log(`${chosen.length} screens, into ${directory}`);
for (const line of missing) console.log(`missing: ${line}`);
process.exitCode = missing.length > 0 ? 1 : 0;
