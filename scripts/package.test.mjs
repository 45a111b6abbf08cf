import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { judgeAudit } from './audit.mjs';
import { describePackages, isAllowed, licenceProblems, packagesOf, writeNotices } from './bundled-packages.mjs';
import { describeBuild, parseArguments, refuseUnofficial } from './dist.mjs';
import { appImageObstacle, toolPlaces } from './package-appimage.mjs';
import { controlFile, debVersion } from './package-deb.mjs';

const root = dirname(import.meta.dirname);
let directory;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'package-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(path, text, mode = 0o644) {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), text, { mode });
  return join(directory, path);
}

describe('what is bundled', () => {
  test('packages are told from the modules’ paths, nested and scoped ones too', () => {
    expect(
      packagesOf([
        'src-main/cli.ts',
        'node_modules/ws/lib/websocket.js',
        'node_modules/ws/index.js',
        '/somewhere/node_modules/@xterm/xterm/lib/xterm.mjs?x',
        'node_modules/a/node_modules/@b/c/index.js',
        '\0rolldown/runtime.js',
      ]),
    ).toEqual(['node_modules/@xterm/xterm', 'node_modules/a/node_modules/@b/c', 'node_modules/ws']);
  });

  test.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-only)', true],
    ['MIT AND BSD-3-Clause', true],
    ['MIT AND GPL-3.0-only', false],
    ['(GPL-2.0-only AND MIT) OR ISC', true],
    ['GPL-3.0-or-later', false],
    ['SEE LICENSE IN LICENSE.txt', false],
    ['UNLICENSED', false],
    ['', false],
    [undefined, false],
    ['MIT OR', true],
    ['(MIT', false],
  ])('%s may be shipped: %s', (expression, expected) => {
    expect(isAllowed(expression)).toBe(expected);
  });

  test('a licence that is not on the list, none at all, or no text of it is a problem', () => {
    write('node_modules/good/package.json', '{"name":"good","version":"1.0.0","license":"MIT","author":"A <a@b>"}');
    write('node_modules/good/LICENSE.md', 'Copyright A\n');
    write(
      'node_modules/sibling/package.json',
      '{"name":"sibling","version":"2","license":"MIT","author":{"name":"A"}}',
    );
    write('node_modules/alone/package.json', '{"name":"alone","version":"3","license":"MIT","author":"B"}');
    write('node_modules/viral/package.json', '{"name":"viral","version":"4","license":"AGPL-3.0-only"}');
    write('node_modules/viral/COPYING', 'text');
    write('node_modules/silent/package.json', '{"name":"silent","version":"5"}');
    const folders = ['good', 'sibling', 'alone', 'viral', 'silent'].map((name) => `node_modules/${name}`);
    const packages = describePackages(folders, directory);
    expect(licenceProblems(packages)).toEqual([
      'alone 3 (MIT) has no licence text to pass on.',
      'viral 4 is under AGPL-3.0-only, which is not on the list of what we ship.',
      'silent 5 does not say under which licence it is.',
    ]);
    expect(writeNotices(packages.slice(0, 2))).toMatch(
      /good 1\.0\.0 \(MIT\)\n\nCopyright A\n[\s\S]*sibling 2 \(MIT\)\n\nCopyright A/,
    );
    // Nothing known is not the same as nothing wrong.
    expect(licenceProblems([])).toHaveLength(1);
  });
});

describe('npm audit', () => {
  const report = JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: {
      ws: { name: 'ws', severity: 'high', range: '<8.1', via: [{ title: 'It dies', url: 'https://x.test/1' }] },
      vite: { name: 'vite', severity: 'low', range: '*', via: ['ws'] },
    },
  });

  test('what is shipped fails, what is only used is said', () => {
    expect(judgeAudit(report, ['ws', 'react'])).toEqual({
      outcome: 'shipped',
      lines: ['shipped: ws <8.1 (high): It dies https://x.test/1'],
    });
    expect(judgeAudit(report, ['react']).outcome).toBe('tools');
    expect(judgeAudit('npm warn something\n{"vulnerabilities":{}}', ['ws']).outcome).toBe('clean');
  });

  test.each([
    [
      'npm warn audit 405\n{"message":"405 Method Not Allowed","error":{"summary":""}}\nnpm error log',
      '405 Method Not Allowed',
    ],
    ['npm error code ENOTFOUND', 'npm error code ENOTFOUND'],
    ['{"error":{"code":"ENOAUDIT","summary":"no lock file"}}', 'no lock file'],
    ['', 'npm printed nothing'],
  ])('no answer is no green light: %s', (text, reason) => {
    expect(judgeAudit(text, [])).toEqual({ outcome: 'not asked', lines: [`not asked: ${reason}`] });
  });
});

describe('a release', () => {
  const notice = 'the notice';

  test.each(['copy', 'override'])('is never made with a %s of Electron', (kind) => {
    expect(() => refuseUnofficial({ kind, notice }, { release: true })).toThrow(/official Electron/);
    expect(() => refuseUnofficial({ kind, notice }, { release: false })).not.toThrow();
    const build = describeBuild({ version: '1.2.3', electron: { kind, version: '33.0.0' }, commit: 'abc' });
    expect(build).toMatchObject({ development: true, archive: expect.stringMatching(/-development$/) });
    expect(debVersion(build)).toBe('1.2.3~development');
    expect(controlFile(build, 1)).toMatch(/development build: its Electron 33\.0\.0 is not an official one/);
  });

  test('is made with the official one, and none is made without any', () => {
    expect(() => refuseUnofficial({ kind: 'official', notice }, { release: true })).not.toThrow();
    expect(() => refuseUnofficial({ kind: 'none', notice }, { release: false })).toThrow(notice);
    const build = describeBuild({ version: '1.2.3', electron: { kind: 'official', version: '45.4.1' }, commit: 'abc' });
    expect(debVersion(build)).toBe('1.2.3');
    expect(controlFile(build, 1)).not.toMatch(/development/);
  });

  test.each([[[]], [['--deb']], [['--dir']]])('is refused by the command, whatever it is to make: %j', (args) => {
    const electron = join(directory, 'electron');
    write('electron/version', '45.4.1');
    write('electron/electron', '', 0o755);
    const before = existsSync(join(root, 'dist')) ? readdirSync(join(root, 'dist')) : [];
    const { status, stderr } = spawnSync(process.execPath, ['scripts/dist.mjs', '--release', ...args], {
      cwd: root,
      env: { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: electron },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/A release needs the official Electron/);
    expect(existsSync(join(root, 'dist')) ? readdirSync(join(root, 'dist')) : []).toEqual(before);
  });

  test('arguments', () => {
    expect(parseArguments([])).toEqual({ release: false, targets: ['tar.gz', 'deb', 'AppImage'] });
    expect(parseArguments(['--release', '--deb'])).toEqual({ release: true, targets: ['deb'] });
    expect(parseArguments(['--dir']).targets).toEqual([]);
    expect(() => parseArguments(['--realease'])).toThrow(/unknown option --realease/);
  });
});

test('the package recommends what boots guests, and forces nothing but libraries on a system', () => {
  const control = controlFile({ version: '1.0.0', electron: '45', development: false }, 10);
  const field = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(control)?.[1] ?? '';
  for (const name of ['qemu-system-x86', 'qemu-utils', 'ovmf', 'nodejs (>= 18.20)'])
    expect(field('Recommends')).toContain(name);
  for (const name of field('Depends').split(/, | \| /)) expect(name).toMatch(/^lib/);
  expect(control).not.toContain('\n\n');
});

describe('AppImage', () => {
  const reachable = () => Promise.resolve(undefined);
  const unreachable = () => Promise.resolve('getaddrinfo ENOTFOUND');

  test.skipIf(process.arch !== 'x64')('what is missing is said exactly', async () => {
    expect(await appImageObstacle({ environment: {}, reach: reachable })).toBeUndefined();
    const words = await appImageObstacle({ environment: {}, reach: unreachable });
    expect(words).toMatch(/runtime-x64.*getaddrinfo ENOTFOUND.*APPIMAGE_TOOLS_PATH/);
    const environment = { APPIMAGE_TOOLS_PATH: directory };
    expect(await appImageObstacle({ environment, reach: unreachable })).toBe(
      `APPIMAGE_TOOLS_PATH=${directory} lacks ${toolPlaces.join(', ')}`,
    );
    for (const place of toolPlaces) write(place, '');
    expect(await appImageObstacle({ environment, reach: unreachable })).toBeUndefined();
  });
});

describe('the installed command', () => {
  /** A Node of that version, which says how it was called. */
  const node = (name, version) =>
    write(name, `#!/bin/sh\n[ "$1" = --version ] && echo ${version} && exit\necho "${version} runs $*"\n`, 0o755);
  const launcher = () => {
    mkdirSync(join(directory, 'app/bin'), { recursive: true });
    mkdirSync(join(directory, 'usr'), { recursive: true });
    writeFileSync(join(directory, 'app/bin/slipway'), readFileSync(join(root, 'assets/command/slipway')));
    chmodSync(join(directory, 'app/bin/slipway'), 0o755);
    symlinkSync('../app/bin/slipway', join(directory, 'usr/slipway'));
    return join(directory, 'usr/slipway');
  };
  /** Of the system's programs only those that are no Node. */
  const run = (environment, ...args) => {
    mkdirSync(join(directory, 'tools'), { recursive: true });
    for (const tool of ['readlink', 'dirname']) symlinkSync(`/usr/bin/${tool}`, join(directory, 'tools', tool));
    // The places it looks at last are this machine's: they must not answer for a test.
    const text = readFileSync(launcher(), 'utf8').replace(' /usr/bin/node /usr/bin/nodejs;', ';');
    writeFileSync(join(directory, 'app/bin/slipway'), text);
    return spawnSync(join(directory, 'usr/slipway'), args, {
      env: { PATH: `${directory}/nodes:${directory}/tools`, ...environment },
      encoding: 'utf8',
    });
  };

  test('the first Node that is new enough runs it, with the arguments as they are', () => {
    node('nodes/node', 'v16.20.2');
    node('nodes/nodejs', 'v18.20.4');
    const { status, stdout } = run({}, 'start', '--append', 'a  b');
    expect(status).toBe(0);
    expect(stdout).toBe(`v18.20.4 runs ${directory}/app/bin/../cli/main/cli.js start --append a  b\n`);
  });

  test.each(['v18.20.0', 'v20.19.2', 'v24.22.2', 'v100.0.0'])('%s is new enough', (version) => {
    node('nodes/node', version);
    expect(run({}).stdout).toContain(`${version} runs`);
  });

  test('what is too old is named, with what to do', () => {
    node('nodes/node', 'v18.19.1');
    const { status, stderr } = run({});
    expect(status).toBe(1);
    expect(stderr).toMatch(/needs Node 18\.20 or newer; this system has v18\.19\.1\.\n.*apt install nodejs/);
  });

  test('none at all; one that is named', () => {
    expect(run({}).stderr).toMatch(/this system has none/);
    rmSync(join(directory, 'usr'), { recursive: true });
    rmSync(join(directory, 'tools'), { recursive: true });
    expect(run({ SLIPWAY_NODE: node('elsewhere/my-node', 'v22.1.0') }).stdout).toContain('v22.1.0 runs');
  });
});
