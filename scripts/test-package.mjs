// `node scripts/test-package.mjs [FILE.deb]`, as root on a machine that may be changed (a bare root, a container):
// installs the Debian package with apt, opens the installed app, boots the demo guest in it, works with the installed
// command, removes the package, and looks at what stays. Without FILE the package is made first.
// The last line is always "N passed, N failed".

import { spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findOnPath, isEntry, isRoot, root, run, runScript, Stop } from './checkout.mjs';
import { ensureNodeModules } from './setup.mjs';

const app = '/usr/lib/slipway';
/** What a system has on its own: neither the checkout's nor the host's Node may be what the command runs on. */
const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin';
const bootMs = 120_000;

/** Steps in order; one that fails is told, and those after it are tried all the same. */
class Report {
  passed = 0;
  failed = 0;

  async step(name, action) {
    try {
      const detail = await action();
      this.passed += 1;
      console.log(`ok   ${name}${detail ? ` (${detail})` : ''}`);
    } catch (error) {
      this.failed += 1;
      console.log(`FAIL ${name}\n     ${String(error?.message ?? error).replaceAll('\n', '\n     ')}`);
    }
  }
}

function check(condition, problem) {
  if (!condition) throw new Stop(problem);
}

async function until(what, condition, timeoutMs = bootMs) {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await pause(50)) {
    const result = await condition();
    if (result) return result;
  }
  throw new Stop(`within ${timeoutMs / 1000} s it did not come to this: ${what}`);
}

async function must(command, args, options = {}) {
  const { code, text } = await run(command, args, { output: 'capture', ...options });
  check(
    code === 0,
    `${[command, ...args].join(' ')} ended with ${code}:\n${text.trim().split('\n').slice(-12).join('\n')}`,
  );
  return text;
}

async function apt(...args) {
  const quiet = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300'];
  return await must('apt-get', [...quiet, ...args], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
}

/** Processes whose program is part of the installed app: its Electron, and nothing else. */
function electrons() {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/exe`).startsWith(`${app}/`);
    } catch {
      return false;
    }
  });
}

/** Runs the installed command as a user has it; tells which programs were at work meanwhile. */
async function slipway(home, ...args) {
  const child = spawn('/usr/bin/slipway', args, {
    cwd: '/',
    env: { PATH: systemPath, HOME: home, SLIPWAY_HOME: join(home, 's'), LANG: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, errors, over] = ['', '', false];
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (errors += data));
  const ended = new Promise((done) => {
    child.on('error', (error) => done(error.message));
    child.on('close', (code) => done(code));
  }).finally(() => (over = true));
  const seen = new Set();
  while (!over) {
    for (const pid of electrons()) seen.add(pid);
    try {
      seen.add(`runs ${readlinkSync(`/proc/${child.pid}/exe`)}`);
    } catch {}
    await pause(10);
  }
  const code = await ended;
  check(code === 0, `slipway ${args.join(' ')} ended with ${code}:\n${out}${errors}`);
  return { out, seen };
}

/** A display of our own; resolves to its name when it takes connections. */
async function openDisplay(cleanups) {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  cleanups.push(() => endProcess(server));
  const number = await new Promise((done, fail) => {
    server.on('error', fail);
    server.on('close', () => fail(new Stop('Xvfb ended at once')));
    server.stdio[3].once('data', (data) => done(String(data).trim()));
  });
  return `:${number}`;
}

async function endProcess(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('close', done));
  child.kill(signal);
  const killer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await ended;
  clearTimeout(killer);
}

/** The installed app with its window; resolves to {page, end}. */
async function openApp(home, display) {
  const { chromium } = await import('@playwright/test');
  const arguments_ = [...(isRoot() ? ['--no-sandbox'] : []), '--remote-debugging-port=0'];
  const child = spawn(join(app, 'slipway'), arguments_, {
    cwd: '/',
    env: { PATH: systemPath, HOME: home, SLIPWAY_HOME: join(home, 's'), SLIPWAY_QUIT: 'leave', DISPLAY: display },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    let text = '';
    const address = await new Promise((done, fail) => {
      child.on('error', fail);
      child.on('close', () => fail(new Stop(`the app ended before it had a window:\n${text}`)));
      child.stderr.on('data', (data) => {
        text += data;
        const match = /DevTools listening on (ws:\S+)/.exec(text);
        if (match) done(match[1]);
      });
    });
    const browser = await chromium.connectOverCDP(address);
    const page = await until('a window', () => browser.contexts()[0]?.pages()[0]);
    return {
      page,
      end: async () => {
        await browser.close();
        await endProcess(child);
      },
    };
  } catch (error) {
    await endProcess(child);
    throw error;
  }
}

function checkInstalledFiles() {
  const entry = readFileSync('/usr/share/applications/dev.slipway.Slipway.desktop', 'utf8');
  const program = /^Exec=(\S+)/m.exec(entry)?.[1] ?? '';
  accessSync(program, constants.X_OK);
  const icon = /^Icon=(\S+)/m.exec(entry)?.[1] ?? '';
  for (const place of ['48x48/apps', '512x512/apps']) statSync(`/usr/share/icons/hicolor/${place}/${icon}.png`);
  statSync(`/usr/share/icons/hicolor/scalable/apps/${icon}.svg`);
  statSync('/usr/share/metainfo/dev.slipway.Slipway.metainfo.xml');
  statSync('/usr/share/doc/slipway/copyright');
  const notices = readFileSync(join(app, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  for (const name of ['react', 'ws', 'zod', '@xterm/xterm']) {
    check(notices.includes(`\n${name} `), `${name} is not in THIRD-PARTY-NOTICES.txt`);
  }
  check((statSync(join(app, 'chrome-sandbox')).mode & 0o7777) === 0o4755, 'chrome-sandbox is not setuid root');
  const info = JSON.parse(readFileSync(join(app, 'resources/build-info.json'), 'utf8'));
  check(info.development === (info.electronSource !== 'official'), 'build-info.json does not say what it is');
  return `Electron ${info.electron}, ${info.electronSource}`;
}

async function listed(home) {
  return JSON.parse((await slipway(home, 'list', '--machine', 'json')).out);
}

/** One that has ended and that nobody has buried (the first process of a container often does not) is not alive. */
function alive(pid) {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** The QEMU of the only instance, by its pid file. */
function guestPid(instance) {
  return Number(readFileSync(join(instance, 'run', 'pid'), 'utf8'));
}

function onlyInstance(home) {
  const folder = join(home, 's', 'instances');
  const [name, ...more] = readdirSync(folder).filter((entry) => existsSync(join(folder, entry, 'spec.json')));
  check(name !== undefined && more.length === 0, `not one instance in ${folder}`);
  return join(folder, name);
}

async function testPackage(file, report, cleanups) {
  const home = mkdtempSync(join(tmpdir(), 'package-'));
  cleanups.push(() => rmSync(home, { recursive: true, force: true }));

  await report.step('apt installs it, with what it recommends', async () => {
    const recommended = (await must('dpkg-deb', ['-f', file, 'Recommends'])).replaceAll(/\([^)]*\)/g, '').split(',');
    await apt('update');
    // By name, because the recommendations of the recommendations would be half a desktop.
    await apt('install', '--no-install-recommends', file, ...recommended.map((name) => name.trim()), 'xvfb');
    return (await must('dpkg-deb', ['-f', file, 'Version'])).trim();
  });
  await report.step('its files are where a Debian system looks for them', () => checkInstalledFiles());
  await report.step('dpkg finds every file as it was packed', async () => {
    const changed = (await must('dpkg', ['--verify', 'slipway'])).trim();
    check(changed === '', changed);
  });
  await report.step('the command runs on the system’s own Node, with no Electron about', async () => {
    const { out, seen } = await slipway(home, '--version');
    check(/^slipway \d/.test(out), out);
    const node = await must('node', ['--version'], { env: { PATH: systemPath } });
    check(
      [...seen].every((one) => one.startsWith('runs ')),
      `Electron was at work: ${[...seen].join(', ')}`,
    );
    return `Node ${node.trim()}`;
  });

  const display = await openDisplay(cleanups);
  let window;
  cleanups.push(() => window?.end());
  await report.step('the app opens its window and boots the demo guest', async () => {
    window = await openApp(home, display);
    await window.page.getByRole('button', { name: 'Boot the demo guest' }).click();
    const state = window.page.getByRole('status', { name: 'State' });
    await until('the guest is ready', async () => (await state.textContent()) === 'ready');
  });
  await report.step('the command talks to the window', async () => {
    const [guest, ...more] = await listed(home);
    check(guest !== undefined && more.length === 0, `not one instance: ${guest?.name}, ${more.length} more`);
    return guest.name;
  });
  await report.step('the app ends and the guest runs on', async () => {
    await window.end();
    window = undefined;
    await until('no process of the app is left', () => electrons().length === 0, 20_000);
    check(alive(guestPid(onlyInstance(home))), 'QEMU has ended');
  });
  await report.step('stop and start from the command line, with no Electron about', async () => {
    const name = (await listed(home))[0].name;
    const seen = [];
    for (const args of [
      ['stop', name],
      ['start', name],
    ])
      seen.push(...(await slipway(home, ...args)).seen);
    const electron = seen.filter((one) => !one.startsWith('runs '));
    check(electron.length === 0, `Electron was at work: ${electron.join(', ')}`);
    check(
      seen.some((one) => /\/node[^/]*$/.test(one)),
      `it was no Node: ${seen.join(', ')}`,
    );
    check(alive(guestPid(onlyInstance(home))), 'the guest does not run');
  });
  await report.step('apt removes it; the guest runs on and the instance stays', async () => {
    const instance = onlyInstance(home);
    const pid = guestPid(instance);
    const spec = readFileSync(join(instance, 'spec.json'), 'utf8');
    await apt('purge', 'slipway');
    for (const path of [app, '/usr/bin/slipway', '/usr/share/applications/dev.slipway.Slipway.desktop']) {
      check(!existsSync(path), `${path} is still there`);
    }
    check(alive(pid), 'the guest was ended');
    check(readFileSync(join(instance, 'spec.json'), 'utf8') === spec, 'spec.json is another one');
    process.kill(pid, 'SIGTERM');
    await until('QEMU has ended', () => !alive(pid), 20_000);
  });
}

if (isEntry(import.meta)) {
  await runScript(async ([given]) => {
    const report = new Report();
    const cleanups = [];
    try {
      if (!isRoot() || findOnPath('apt-get') === undefined)
        throw new Stop('This installs a package: it needs root and apt.');
      if (existsSync('/usr/bin/slipway')) throw new Stop('Slipway is installed here already; this would remove it.');
      await ensureNodeModules();
      const made = given ?? (await must(process.execPath, ['scripts/dist.mjs', '--deb'])).trim().split('\n').at(-1);
      await testPackage(resolve(root, made), report, cleanups);
    } catch (error) {
      report.failed += 1;
      console.log(error instanceof Stop ? error.message : error);
    }
    for (const cleanup of cleanups.reverse()) await cleanup();
    console.log(`${report.passed} passed, ${report.failed} failed`);
    return report.failed === 0 ? 0 : 1;
  });
}
