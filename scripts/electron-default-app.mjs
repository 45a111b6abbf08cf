// Goes into the pinned Electron copy as its default app (see electron-copy.mjs): what `electron PATH` runs when PATH
// is an app that is not packaged. Electron's own default app does this too, plus a welcome page nobody here needs.

import { existsSync, readFileSync } from 'node:fs';
import Module from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron/main';

const preloaded = [];
let target;
for (let index = 1; index < process.argv.length && target === undefined; index += 1) {
  const argument = process.argv[index];
  if (argument === '-r' || argument === '--require') {
    // Playwright's `_electron.launch` gets its hook into the main process this way.
    index += 1;
    preloaded.push(process.argv[index]);
  } else if (argument === '-v' || argument === '--version') {
    console.log(`v${process.versions.electron}`);
    process.exit(0);
  } else if (!argument.startsWith('-')) {
    target = resolve(argument);
  }
}

// The hook expects the `require` world of a CommonJS app and may rewrite process.argv: it runs before anything else.
if (preloaded.length > 0) Module._preloadModules(preloaded);

if (target === undefined) {
  console.error('usage: electron [-r MODULE] [--version] PATH-TO-APP [ARGUMENT...]');
  process.exit(2);
}

Object.defineProperty(process, 'defaultApp', { configurable: false, enumerable: true, value: true });

let entry = target;
const manifestPath = join(target, 'package.json');
if (existsSync(manifestPath)) {
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));
  if (manifest.version) app.setVersion(manifest.version);
  const name = manifest.productName ?? manifest.name;
  if (name) app.name = name;
  app.setDesktopName(manifest.desktopName ?? `${app.name}.desktop`);
  app.setAppPath(target);
  entry = join(target, manifest.main ?? 'index.js');
} else {
  app.setAppPath(resolve(target, '..'));
}

// Awaited at top level: Electron holds `ready` back until its entry module has finished.
try {
  await import(pathToFileURL(entry).href);
} catch (error) {
  console.error(`Cannot start ${entry}:\n${error?.stack ?? error}`);
  process.exit(1);
}
