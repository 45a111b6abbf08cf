import { execFileSync, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CleanupStack } from '../core/kit/cleanup-stack.ts';
import { type BundledProgram, bundleProgram, RunningProgram } from '../core/testing/bundled-program.ts';
import { tempHome } from '../core/testing/temp-home.ts';

const installed = ['qemu-system-x86_64', 'script'].every(spawnable);

let slipway: BundledProgram;
let home: string;
const cleanups = new CleanupStack();

beforeAll(async () => {
  if (!installed) return;
  slipway = await bundleProgram('src-main/cli.ts');
  cleanups.add(() => slipway.dispose());
  const temporary = await tempHome();
  cleanups.add(() => temporary.dispose());
  home = temporary.home;
  cleanups.add(() => run('stop', '--all', '--now'));
  await run('start', '--demo');
});
afterAll(() => cleanups.close());

async function run(...args: string[]): Promise<void> {
  const program = slipway.start(args, { home });
  program.child.stdin?.end();
  const { code } = await program.ended;
  if (code !== 0) throw new Error(`slipway ${args.join(' ')}: ${program.stderr}`);
}

/** util-linux's script(1) gives a program a terminal, and us both ends of it. */
function inTerminal(shellLine: string): RunningProgram {
  const program = new RunningProgram(
    spawn('script', ['-qfec', shellLine, '/dev/null'], {
      stdio: 'pipe',
      env: { ...process.env, SLIPWAY_HOME: home, SHELL: '/bin/sh' },
    }),
  );
  cleanups.add(() => program.kill());
  return program;
}

const command = (...args: string[]) => [process.execPath, slipway.entry, ...args].map((word) => `'${word}'`).join(' ');

describe.skipIf(!installed)('the console in a terminal [needs qemu-system-x86_64, script]', () => {
  it('gives every key to the guest, leaves at Ctrl-], and gives the terminal back as it was', async () => {
    const program = inTerminal(`echo before "$(stty -g)"; ${command('console', 'demo')}; echo after $? "$(stty -g)"`);
    await program.says('Ctrl-] leaves.');
    await program.says('demo>');
    program.child.stdin?.write('uptime\r');
    await program.says(/up \d+\.\d+ s/);
    // Ctrl-C, Ctrl-Z, Ctrl-D and Ctrl-\ are the guest's.
    program.child.stdin?.write('\x03\x1a\x04\x1c');
    program.child.stdin?.write('\rhelp\r');
    await program.says('poweroff');
    program.child.stdin?.write('\x1d');
    await program.ended;
    expect(program.stdout).toContain('Left demo.');
    const before = /before (\S+)/.exec(program.stdout)?.[1];
    expect(before).toBeTruthy();
    expect(/after 0 (\S+)/.exec(program.stdout)?.[1]).toBe(before);
    // Colours off, letters for letters; nothing else was changed.
    expect(program.stdout).toContain('\x1b[0m\x0f\x1b(B\x1b)B');
  });

  it('gives the terminal back when it is told to end', async () => {
    const console = command('console', 'demo');
    const program = inTerminal(
      `echo before "$(stty -g)"; sh -c 'echo pid $$; exec "$@"' - ${console}; echo after $? "$(stty -g)"`,
    );
    await program.says('demo>');
    process.kill(Number(/pid (\d+)/.exec(program.stdout)?.[1]), 'SIGTERM');
    await program.ended;
    expect(/after 0 (\S+)/.exec(program.stdout)?.[1]).toBe(/before (\S+)/.exec(program.stdout)?.[1]);
  });

  it('is on the monitor and on QMP, too', async () => {
    const monitor = slipway.start(['console', 'demo', '--monitor'], { home });
    monitor.child.stdin?.end('info status\r');
    expect(await monitor.ended).toMatchObject({ code: 0 });
    expect(monitor.stdout).toContain('VM status: running');
    const qmp = slipway.start(['console', 'demo', '--qmp'], { home });
    qmp.child.stdin?.end('{"execute":"query-status"}\r\n');
    expect(await qmp.ended).toMatchObject({ code: 0 });
    expect(qmp.stdout).toContain('"status": "running"');
  });

  it('loses no byte of a flood into a pipe, and ends with the guest', async () => {
    const program = slipway.start(['console', 'demo'], { home });
    program.child.stdin?.write('count 20000\r');
    await program.says('20000');
    program.child.stdin?.write('poweroff\r');
    expect(await program.ended).toMatchObject({ code: 0 });
    const transcript = await readFile(join(home, 'instances', 'demo', 'boots', '0001', 'serial.out'), 'latin1');
    expect(program.stdout.length).toBeGreaterThan(100_000);
    expect(transcript.endsWith(program.stdout)).toBe(true);
    // Nobody can type to what has ended; what it said stays to be seen.
    const late = slipway.start(['console', 'demo', '--boot', '1'], { home });
    late.child.stdin?.end('uptime\r');
    expect(await late.ended).toMatchObject({ code: 0 });
  });
});

function spawnable(binary: string): boolean {
  try {
    execFileSync(binary, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
