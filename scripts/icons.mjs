// `node scripts/icons.mjs`: draws assets/icons/*.png from slipway.svg. Run by hand when the drawing changes; the
// results are committed, so that neither building nor packaging needs a browser.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, isEntry, isRoot, root, runScript, Stop } from './checkout.mjs';

const sizes = [16, 24, 32, 48, 64, 128, 256, 512];

if (isEntry(import.meta)) {
  await runScript(async () => {
    const executablePath = ['chromium', 'chromium-browser', 'google-chrome'].map(findOnPath).find(Boolean);
    if (executablePath === undefined) throw new Stop('Drawing the icons needs Chromium.');
    const folder = join(root, 'assets', 'icons');
    const drawing = readFileSync(join(folder, 'slipway.svg'), 'utf8');
    const { chromium } = await import('@playwright/test');
    const browser = await chromium.launch({ executablePath, args: isRoot() ? ['--no-sandbox'] : [] });
    for (const size of sizes) {
      const page = await browser.newPage({ viewport: { width: size, height: size } });
      await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${drawing}`);
      await page.screenshot({ path: join(folder, `${size}x${size}.png`), omitBackground: true });
      await page.close();
    }
    await browser.close();
  });
}
