import { describe, expect, test } from 'vitest';
import { missingPackages, planInstall } from '../system-packages.mjs';
import { figuresOf, parseArguments, toldCommand } from '../test-fresh.mjs';
import { isAboutFetching, mirrorsIn, sourcesList } from './host.mjs';
import { youngArchive } from './make.mjs';

describe('what a bare root takes along', () => {
  test('mirrors, from both styles of sources', () => {
    const oneLine =
      'deb [signed-by=/x.gpg] https://packages.example.com/apt tool main\ndeb https://mirror.example/debian/ bookworm main';
    const blocks = 'Types: deb\nURIs: http://mirror.example/debian-security\nSuites: bookworm-security\n';
    expect(mirrorsIn([oneLine, blocks])).toEqual({
      archive: 'https://mirror.example/debian',
      security: 'http://mirror.example/debian-security',
    });
    expect(mirrorsIn(['deb http://archive.ubuntu.com/ubuntu noble main'])).toEqual({
      archive: 'http://deb.debian.org/debian',
      security: 'http://deb.debian.org/debian-security',
    });
  });

  test('sid has neither updates nor security', () => {
    const mirrors = { archive: 'http://m/debian', security: 'http://m/debian-security' };
    expect(sourcesList('sid', mirrors)).toBe('deb http://m/debian sid main\n');
    expect(sourcesList('trixie', mirrors).split('\n')).toContain('deb http://m/debian-security trixie-security main');
  });

  test("apt's settings about fetching, none that run or forbid something", () => {
    expect(isAboutFetching('// a proxy\nAcquire::http::Proxy "http://p:3128";\n')).toBe(true);
    expect(isAboutFetching('Acquire::GzipIndexes "true";\nDPkg::Post-Invoke { "rm -f /var/cache/x"; };')).toBe(false);
    expect(isAboutFetching('# nothing\n')).toBe(false);
  });
});

test('an archive is taken while it is young: a week, of sid a day', () => {
  const names = ['bookworm-2026-11-20.tar', 'bookworm-2026-11-26.tar', 'sid-2026-11-26.tar', 'bookworm.work'];
  const at = (day) => new Date(`${day}T12:00:00Z`);
  expect(youngArchive(names, 'bookworm', at('2026-11-30'))).toBe('bookworm-2026-11-26.tar');
  expect(youngArchive(names, 'bookworm', at('2026-12-03'))).toBeUndefined();
  expect(youngArchive(names, 'sid', at('2026-11-26'))).toBe('sid-2026-11-26.tar');
  expect(youngArchive(names, 'sid', at('2026-11-27'))).toBeUndefined();
  expect(youngArchive(names, 'trixie', at('2026-11-27'))).toBeUndefined();
});

describe('the figures of a part', () => {
  test('are its own last line; a part without one counts as one', () => {
    expect(figuresOf({ code: 0, text: 'x\n12 passed, 0 failed, 3 skipped\n' })).toEqual({
      passed: 12,
      failed: 0,
      skipped: 3,
    });
    expect(figuresOf({ code: 1, text: '5 passed, 2 failed' })).toEqual({ passed: 5, failed: 2, skipped: 0 });
    expect(figuresOf({ code: 0, text: 'ok   a\n' })).toEqual({ passed: 1, failed: 0, skipped: 0 });
    expect(figuresOf({ code: 137, text: '' })).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test('are never all green when it ended badly', () => {
    expect(figuresOf({ code: 1, text: '12 passed, 0 failed, 0 skipped' }).failed).toBe(1);
  });
});

test('the command that a plain user is told is the one that root runs', () => {
  const { message } = planInstall(
    missingPackages('serve', () => false),
    { apt: true, superuser: false },
  );
  expect(toldCommand(`npm said something\n${message}\n`)).toMatch(
    /^apt-get update && apt-get install -y --no-install-recommends qemu-system-x86 /,
  );
  expect(toldCommand('npm ci failed:\n  ENOTFOUND')).toBeUndefined();
});

test('arguments: a suite, whose Node, which parts', () => {
  expect(parseArguments([])).toMatchObject({ suite: 'bookworm', debianNode: false });
  expect(parseArguments([]).only).toContain('user');
  expect(parseArguments(['sid', '--debian-node']).only).toEqual(['start', 'check', 'rings']);
  expect(parseArguments(['--only=user']).only).toEqual(['user']);
  for (const wrong of [['buster'], ['sid', 'trixie'], ['--fast'], ['--only=nothing']])
    expect(() => parseArguments(wrong)).toThrow('usage: npm run test:fresh');
});
