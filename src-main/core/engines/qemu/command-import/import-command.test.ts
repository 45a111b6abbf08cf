import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { planLaunch } from '../../qemu-based/arguments.ts';
import { extraArgumentFindings } from '../../qemu-based/extra-arguments.ts';
import { splitWords } from '../../qemu-based/split-words.ts';
import { planInputOf, specOf, stagedInPlace } from '../../testing/spec-of.ts';
import { type ImportedCommand, importCommand } from './import-command.ts';
import { describeMachine, type MachineDescription } from './testing/describe-machine.ts';
import { type Fixture, readFixtures } from './testing/fixtures.ts';

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'import-')));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const host = { directory, home: '/home/someone', processors: 8, machine: 'x86_64' };

const read = (fixture: Fixture): ImportedCommand =>
  importCommand({ text: fixture.text, host, variables: fixture.given });

/** The argv that a real shell comes to, with programs that only say how they were called. */
function argvOfShell({ text, given, isProcessList }: Fixture): string[] {
  if (isProcessList) return text.trim().split(/\s+/);
  const bin = join(directory, 'bin');
  mkdirSync(bin, { recursive: true });
  const programs = ['x86_64', 'i386', 'aarch64', 'arm', 'riscv64'].map((target) => `qemu-system-${target}`);
  for (const name of programs) writeFileSync(join(bin, name), `#!/bin/sh\nprintf '%s\\0' ${name} "$@" > "$OUT"\n`);
  writeFileSync(join(bin, 'nproc'), '#!/bin/sh\necho 8\n');
  for (const name of ['sudo', 'timeout'])
    writeFileSync(join(bin, name), `#!/bin/sh\n${name === 'timeout' ? 'shift\n' : ''}exec "$@"\n`);
  for (const name of ['qemu-img', 'cp', 'tee'])
    writeFileSync(join(bin, name), '#!/bin/sh\ncat > /dev/null 2>&1 < /dev/null\n');
  for (const name of [...programs, 'nproc', 'sudo', 'timeout', 'qemu-img', 'cp', 'tee'])
    chmodSync(join(bin, name), 0o755);
  const out = join(directory, 'argv');
  rmSync(out, { force: true });
  const isMake = /^[A-Z]+ \+?:?= /m.test(text);
  // Make's own text: what a recipe line of its is, a shell then gets.
  const script = join(directory, 'script');
  writeFileSync(script, isMake ? `${text.replace(/^\$\(QEMU\)/m, 'all:\n\t$(QEMU)')}\n` : `${text}\nwait\n`);
  execFileSync(isMake ? 'make' : 'bash', isMake ? ['-s', '-f', script, 'all'] : [script], {
    cwd: directory,
    env: { PATH: `${bin}:${process.env.PATH}`, HOME: '/home/someone', OUT: out, ...given },
    stdio: 'ignore',
  });
  return readFileSync(out, 'utf8').split('\0').slice(0, -1);
}

/** What the instance would be started with, described by the same rules. */
function describeImported({ request }: ImportedCommand): MachineDescription {
  const spec = specOf(request);
  const inPlace = stagedInPlace(spec);
  const disks = spec.guest.kind === 'demo' ? [] : spec.guest.disks;
  const staged = {
    ...inPlace,
    disks: inPlace.disks.map((disk, index) => ({
      ...disk,
      path: disks[index]?.access === 'overlay' ? `/overlay-of${disk.path}` : disk.path,
      format: disks[index]?.format ?? 'raw',
    })),
  };
  // `auto` as a format is what the planner never gives; here it stands for a line that named none.
  const { acceleration } = spec.host;
  const input = planInputOf(spec, {
    staged,
    acceleration: {
      accelerator: acceleration === 'auto' ? 'kvm' : acceleration,
      reason: '',
      hint: null,
      verified: false,
    },
  });
  const { arguments: rows } = planLaunch(input);
  // The stub is opened over QMP.
  const { gdb } = spec.runtime.debug;
  const stub = gdb === null ? [] : ['-gdb', gdb.port === null ? 'unix:gdb.sock' : `tcp::${gdb.port}`];
  const argv = [`qemu-system-${spec.architecture}`, ...rows.flatMap(({ args }) => args), ...stub];
  const forwards = spec.host.ports.map(
    ({ protocol, bind, host: port, guest }) => `${protocol}:${bind}:${port ?? 0}-:${guest}`,
  );
  const described = describeMachine(argv, { directory, forwards });
  return acceleration === 'auto' ? { ...described, accelerators: ['auto'] } : described;
}

/** Formats are compared where the line names one. */
function comparable(machine: MachineDescription) {
  return {
    ...machine,
    others: machine.others
      .filter((text) => !/^-(device pci-serial|chardev pipe)/.test(text))
      .map((text) => text.replace(/,?romfile=(?=,|$)/, ''))
      .sort(),
  };
}

const fixtures = readFixtures(join(import.meta.dirname, 'fixtures', 'command-lines.txt'));

describe('importCommand', () => {
  it('has fixtures of many styles', () => expect(fixtures.length).toBeGreaterThanOrEqual(60));

  it.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', (_, fixture) => {
    const imported = read(fixture);
    const { request } = imported;
    expect(request.guest.kind).toBe(fixture.kind);
    // What is kept is exactly what was expected to be.
    const kept = imported.arguments.filter(({ fate }) => fate === 'kept').map(({ args }) => args[0]);
    expect(kept).toEqual(fixture.kept);
    // Every word of the line is accounted for, in its order.
    if (!fixture.isScript) {
      const words = argvOfShell(fixture).slice(1);
      const said = imported.arguments.flatMap(({ args }) => args);
      expect(said.filter((word) => !word.startsWith('$'))).toEqual(words.filter((word) => !word.startsWith('$')));
    }
    // Nothing in the extras is refused at launch, and they are the words that were kept, word for word.
    expect(extraArgumentFindings(request).filter(({ severity }) => severity === 'error')).toEqual([]);
    const extras = splitWords(request.runtime.extraArguments);
    expect(extras.ok).toBe(true);
    for (const rest of fixture.rest) expect(request.runtime.extraArguments).toContain(rest);
    // And the machine is the same.
    if (fixture.isOverlay) return;
    const original = describeMachine(argvOfShell(fixture), { directory });
    const others = original.others.filter((text) => fixture.dropped.every((part) => !text.includes(part)));
    expect(comparable(describeImported(imported))).toEqual(comparable({ ...original, others }));
  });

  it.each([
    ['of today', ['-qmp chardev:qmp0', '-qmp chardev:qmp-user0', '-monitor chardev:monitor0']],
    [
      'of versions before QEMU 11',
      ['-mon chardev=qmp0,mode=control', '-mon chardev=qmp-user0,mode=control', '-mon chardev=monitor0,mode=readline'],
    ],
  ])('a command that Slipway planned, %s: its own connections are not taken along', (_, uses) => {
    const sockets = [
      ['qmp0', 'qmp'],
      ['qmp-user0', 'qmp-user'],
      ['monitor0', 'monitor'],
    ].map(([id, path]) => `-chardev socket,id=${id},path=${path},server=on,wait=off`);
    const own = sockets.flatMap((socket, index) => [socket, uses[index] ?? '']);
    const text = ['qemu-system-x86_64 -machine q35 -m 512 -kernel /boot/k', ...own].join(' ');
    const { request, arguments: said } = importCommand({ text, host, variables: {} });
    expect(request.runtime.extraArguments).toBe('');
    const fates = said.filter(({ args }) => /chardev|monitor|mon|qmp/.test(args[0] ?? '')).map(({ fate }) => fate);
    expect(new Set(fates)).toEqual(new Set(['slipway']));
  });
});
