/** What a person sees when a launch fails, and repairs with one press. On both faces, with the real QEMU. */
import { chmod, mkdir, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expectAccessible, showTheme } from '../fixtures/accessibility.ts';
import { keepScreenshot } from '../fixtures/screenshots.ts';
import type { SlipwayApp } from '../fixtures/slipway-app.ts';
import { expect, test } from '../fixtures/test.ts';
import { Workbench } from '../pages/workbench.ts';

/** What an earlier Slipway left in this home; the application finds it when it starts. */
async function keep(app: SlipwayApp, id: string, change: object): Promise<void> {
  const directory = join(app.home, 'instances', id);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const spec = { version: 1, id, name: id, createdAt: new Date(0).toISOString(), guest: { kind: 'demo' }, ...change };
  await writeFile(join(directory, 'spec.json'), JSON.stringify(spec));
}

const panelOf = (page: Page): Locator => page.getByRole('alert', { name: 'Failure' });

async function launch(workbench: Workbench): Promise<void> {
  await workbench.page.getByRole('toolbar', { name: 'Instance' }).getByRole('button', { name: 'Launch' }).click();
}

async function choose(workbench: Workbench, name: string): Promise<void> {
  await workbench.page.getByRole('option', { name: new RegExp(`^${name}\\b`) }).click();
  await expect(workbench.page.getByRole('heading', { name, exact: true })).toBeVisible();
}

async function stop(workbench: Workbench): Promise<void> {
  await workbench.button('Stop').click();
  await workbench.expectState('stopped', 40_000);
}

/** One that would run for ever and be ended at once. */
const idle = { runtime: { powerdownMs: 0, readiness: [] } };

test('a port that is taken: its owner is named, a free one is one press away', async ({ app }) => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  try {
    await keep(app, 'debugged', { runtime: { powerdownMs: 0, debug: { gdb: { port } } } });
    await app.restart();
    const workbench = new Workbench(app);
    await launch(workbench);
    await workbench.expectState('failed');
    const panel = panelOf(app.page);
    await expect(panel).toContainText(`cannot listen on port ${port}`);
    await expect(panel).toContainText(`pid ${process.pid}`);
    await keepScreenshot(app, 'failure-port');
    await panel.getByRole('button', { name: 'Use a socket' }).click();
    await workbench.expectState('ready');
    await expect(panel).toBeHidden();
    await stop(workbench);
  } finally {
    server.close();
  }
});

test('a machine that does not exist: the one that was meant', async ({ app }) => {
  await keep(app, 'misspelled', { device: { machine: 'q53' }, runtime: { powerdownMs: 0 } });
  await app.restart();
  const workbench = new Workbench(app);
  await launch(workbench);
  await workbench.expectState('failed');
  const panel = panelOf(app.page);
  await expect(panel).toContainText('Did you mean q35');
  for (const colorScheme of ['light', 'dark'] as const) {
    await showTheme(app.page, colorScheme);
    await expectAccessible(app.page, `a failure, ${colorScheme}`);
    await keepScreenshot(app, `failure-name-${colorScheme}`);
  }
  // Without the mouse.
  await panel.getByRole('button', { name: 'Use q35' }).focus();
  await app.page.keyboard.press('Enter');
  await workbench.expectState('ready');
  await stop(workbench);
});

test('a locked image: whose guest has it, and stopping that one', async ({ app }) => {
  const disk = join(app.home, 'disk.img');
  await writeFile(disk, '');
  await truncate(disk, 1024 * 1024);
  const guest = { kind: 'disk', disks: [{ file: disk, format: 'raw', access: 'direct' }] };
  await keep(app, 'first', { guest, ...idle });
  await keep(app, 'second', { guest, ...idle });
  await app.restart();
  const workbench = new Workbench(app);
  await choose(workbench, 'first');
  await launch(workbench);
  await workbench.expectState('ready');
  await choose(workbench, 'second');
  await launch(workbench);
  await workbench.expectState('failed');
  const panel = panelOf(app.page);
  await expect(panel).toContainText('is in use by another program');
  await expect(panel).toContainText('The guest "first"');
  await expect(panel).toContainText('Failed to get');
  await expect(panel).toContainText('Exit code 1');
  await keepScreenshot(app, 'failure-lock');
  await panel.getByRole('button', { name: 'Stop "first" and launch' }).click();
  await workbench.expectState('ready', 40_000);
  await expect(workbench.page.getByRole('heading', { name: 'second', exact: true })).toBeVisible();
  await choose(workbench, 'first');
  await workbench.expectState('stopped');
  await choose(workbench, 'second');
  await stop(workbench);
});

test('words nobody knows are shown as they are, and nothing is claimed', async ({ app }) => {
  const binary = join(app.home, 'qemu-system-x86_64');
  // It answers what QEMU answers, until it is to run a guest.
  await writeFile(
    binary,
    '#!/bin/sh\ncase " $* " in *" -uuid "*) echo "flux: 1.21 gigawatts missing" >&2; exit 7;; esac\nexec qemu-system-x86_64 "$@"\n',
  );
  await chmod(binary, 0o755);
  await keep(app, 'strange', { runtime: { binary } });
  await app.restart();
  const workbench = new Workbench(app);
  await launch(workbench);
  await workbench.expectState('failed');
  const panel = panelOf(app.page);
  await expect(panel).toContainText('QEMU ended with code 7 before it was up.');
  await expect(panel).toContainText('flux: 1.21 gigawatts missing');
  await expect(panel).toContainText('Exit code 7');
  await expect(panel).toContainText('-uuid');
  await expect(panel.getByRole('group', { name: 'Ways to repair it' })).toBeHidden();
  await expect(panel.getByRole('button', { name: 'Copy report' })).toBeVisible();
  for (const colorScheme of ['light', 'dark'] as const) {
    await showTheme(app.page, colorScheme);
    await expectAccessible(app.page, `an unknown failure, ${colorScheme}`);
    await keepScreenshot(app, `failure-unknown-${colorScheme}`);
  }
  await panel.getByRole('button', { name: 'Engine log' }).click();
  await expect(workbench.tab('Engine log')).toHaveAttribute('aria-selected', 'true');
  await app.page.setViewportSize({ width: 820, height: 700 });
  await keepScreenshot(app, 'failure-unknown-narrow');
});
