/** Every command in a real terminal, with names, notes, files, logs and errors that would do something to it. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CleanupStack } from '../core/kit/cleanup-stack.ts';
import { type BundledProgram, bundleProgram, RunningProgram } from '../core/testing/bundled-program.ts';
import { fakeQemuBinary } from '../core/testing/fake-qemu.ts';
import { tempHome } from '../core/testing/temp-home.ts';
import { commandUsage } from './usage.ts';

const hostile = '\x1b]52;c;ZXZpbA==\x07\x1b]0;evil\x07\x1b[31m\u009b2J\u202eevil\x1b[c\x1b(0';
const seen = ['\x1b', '\u009b', '\u202e', '\x07'];

let slipway: BundledProgram;
let home: string;
let qemu: string;
const cleanups = new CleanupStack();

const hasTerminal = spawnable('script');

beforeAll(async () => {
  if (!hasTerminal) return;
  slipway = await bundleProgram('src-main/cli.ts');
  cleanups.add(() => slipway.dispose());
  const fake = await fakeQemuBinary({
    serial: [{ text: `guest ${hostile}\x1b(B\r\ndemo: ready\r\n` }],
    echo: true,
    powerdownMs: 1,
  });
  cleanups.add(() => fake.dispose());
  qemu = fake.binary;
  const temporary = await tempHome();
  cleanups.add(() => temporary.dispose());
  home = temporary.home;
  cleanups.add(async () => void (await piped('stop', '--all', '--now')));
  const started = await piped('start', '--demo', '--name', 'demo', '--qemu', qemu);
  if (started.code !== 0) throw new Error(started.text);
  await piped('label', 'demo', '--notes', hostile, '--group', 'evil');
  // As another program, or an older Slipway, may have left them.
  await mkdir(join(home, 'templates'), { recursive: true });
  await mkdir(join(home, 'instances', 'broken'), { recursive: true });
  await writeFile(join(home, 'instances', 'broken', 'spec.json'), `{"name":"${hostile}`);
  await writeFile(
    join(home, `${hostile.replaceAll('/', '')}.sh`),
    `qemu-system-x86_64 -name '${hostile}' -foo '${hostile}'\n`,
  );
}, 60_000);
afterAll(() => cleanups.close());

async function piped(...args: string[]): Promise<{ code: number | null; text: string }> {
  const program = slipway.start(args, { home });
  program.child.stdin?.end();
  const { code } = await program.ended;
  return { code, text: program.stdout + program.stderr };
}

/** util-linux's script(1) gives a program a terminal, and us both ends of it. */
function inTerminal(...args: string[]): RunningProgram {
  const line = [process.execPath, slipway.entry, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const env = { ...process.env, SLIPWAY_HOME: home, SHELL: '/bin/sh' };
  const program = new RunningProgram(spawn('script', ['-qfec', line, '/dev/null'], { stdio: 'pipe', cwd: home, env }));
  cleanups.add(() => program.kill());
  return program;
}

const script = `${hostile.replaceAll('/', '')}.sh`;
/** A row for each command there is; a new one is missed at once. */
const rows: Readonly<Record<string, readonly (readonly string[])[]>> = {
  list: [['list']],
  show: [
    ['show', 'demo'],
    ['show', 'broken'],
    ['show', 'demo', '--machine', 'json'],
  ],
  logs: [
    ['logs', 'demo'],
    ['logs', 'demo', '--machine', 'json'],
  ],
  label: [
    ['label', 'demo'],
    ['label', hostile],
  ],
  rename: [['rename', 'demo', hostile]],
  duplicate: [
    ['duplicate', 'demo', hostile],
    ['duplicate', hostile, 'x'],
  ],
  import: [
    ['import', script, '--dry-run'],
    ['import', hostile],
    ['import', script, '--dry-run', '--machine', 'json'],
  ],
  export: [
    ['export', 'demo'],
    ['export', hostile],
  ],
  template: [
    ['template', 'save', 'demo', '--as', 'kept', '--about', hostile],
    ['template', 'list'],
    ['template', 'show', 'kept'],
    ['template', 'export', 'kept'],
    ['template', 'use', hostile],
  ],
  start: [
    ['start', hostile],
    ['start', '--kernel', hostile],
    ['start', '--demo', '--qemu', `/${hostile}`],
  ],
  stop: [['stop', hostile]],
  restart: [['restart', hostile]],
  reset: [['reset', hostile]],
  pause: [['pause', hostile]],
  resume: [['resume', hostile]],
  fix: [['fix', hostile]],
  delete: [['delete', hostile, '--yes']],
  restore: [['restore', hostile]],
  screenshot: [
    ['screenshot', hostile],
    ['screenshot', 'demo', '-o', hostile],
  ],
  port: [
    ['port', 'list', 'demo'],
    ['port', 'add', 'demo', hostile],
  ],
  doctor: [['doctor']],
  'support-bundle': [['support-bundle', hostile]],
  console: [['console', hostile]],
  address: [['address', hostile]],
  serve: [['serve', '--port', hostile]],
};

describe.skipIf(!hasTerminal)('what others wrote, in a terminal [needs script]', () => {
  it('is tried with every command', () => {
    expect(Object.keys(rows).sort()).toEqual(Object.keys(commandUsage).sort());
  });

  it.each(Object.keys(rows))(
    '%s shows it and does not do it',
    async (name) => {
      for (const args of rows[name] ?? []) {
        const program = inTerminal(...args);
        await program.ended;
        for (const control of seen) expect(program.stdout, args.join(' ')).not.toContain(control);
      }
    },
    60_000,
  );

  it('a support bundle has no notes, and what the guest printed only when it is asked for', async () => {
    const bundle = async (name: string, ...options: string[]) => {
      const { code, text } = await piped('support-bundle', 'demo', '-o', join(home, name), ...options);
      expect(code, text).toBe(0);
      const files = unzipSync(new Uint8Array(await readFile(join(home, name))));
      return {
        names: Object.keys(files),
        text: Object.values(files)
          .map((bytes) => strFromU8(bytes))
          .join('\n'),
      };
    };
    const usual = await bundle('usual.zip');
    expect(usual.names).toContain('instance/spec.json');
    expect(usual.names.filter((name) => name.includes('serial'))).toEqual([]);
    expect(usual.text).not.toContain('ZXZpbA==');
    expect(usual.text).toContain('"notes": "(left out)"');
    const full = await bundle('full.zip', '--serial');
    expect(full.names).toContain('instance/boot-1/serial.txt');
  }, 60_000);

  it('logs are the bytes that came, in a pipe and with --raw', async () => {
    const transcript = await readFile(join(home, 'instances', 'demo', 'boots', '0001', 'serial.out'), 'utf8');
    expect(transcript).toContain(hostile);
    expect((await piped('logs', 'demo')).text).toBe(transcript);
    const raw = inTerminal('logs', 'demo', '--raw');
    await raw.ended;
    expect(raw.stdout).toContain(hostile);
    const shown = inTerminal('logs', 'demo');
    await shown.ended;
    expect(shown.stdout).toContain('guest ^[]52;c;ZXZpbA==^G^[]0;evil^G^[[31m<U+009B>2J<U+202E>evil^[[c^[(0');
  });

  it('a followed log is made visible, too', async () => {
    const program = inTerminal('logs', 'demo', '--follow');
    await program.says('demo: ready');
    expect(program.stdout).not.toContain('\x1b');
    await program.kill();
  });

  it('a console passes drawing, keeps the rest, and takes everything back when it is left', async () => {
    const program = inTerminal('console', 'demo');
    await program.says('demo: ready');
    program.child.stdin?.write(`[${hostile}]\x1b(B\x1b[?1049h\x1b[?25l\x1b[32mgreen\x1b[?2004h end`);
    await program.says(' end');
    program.child.stdin?.write('\x1d');
    await program.says('Left demo.');
    await program.ended;
    expect(program.stdout).toContain('\x1b[32mgreen');
    expect(program.stdout).toContain('\x1b[?1049h');
    for (const never of ['\x1b]', '\u009b', 'ZXZpbA==']) expect(program.stdout).not.toContain(never);
    const back = program.stdout.slice(program.stdout.lastIndexOf(' end'));
    for (const restored of ['\x1b[?1049l', '\x1b[0m', '\x0f\x1b(B', '\x1b[?25h', '\x1b[?2004l'])
      expect(back).toContain(restored);
  });

  it('a console that is ended by a signal takes everything back, too', async () => {
    const program = inTerminal('console', 'demo');
    await program.says('evil');
    program.child.stdin?.write('\x1b[?1049h\x1b(0lq\x1b)0 here');
    await program.says(' here');
    process.kill(pidOf(program), 'SIGTERM');
    await program.ended;
    const back = program.stdout.slice(program.stdout.lastIndexOf(' here'));
    expect(back).toContain('\x1b[?1049l');
    expect(back).toContain('\x1b(B');
  });

  it('a console with --raw passes everything', async () => {
    const program = inTerminal('console', 'demo', '--raw');
    await program.says('evil');
    program.child.stdin?.write('\x1b]0;mine\x07 there');
    await program.says(' there');
    expect(program.stdout).toContain('\x1b]0;mine\x07');
    program.child.stdin?.write('\x1d');
    await program.ended;
    expect(program.stdout).toContain('\x1b(B');
  });
});

/** The command in that terminal: the child of script(1)'s. */
function pidOf(program: RunningProgram): number {
  const child = execFileSync('ps', ['-o', 'pid=', '--ppid', String(program.pid)], { encoding: 'utf8' });
  return Number(child.trim().split(/\s+/)[0]);
}

function spawnable(binary: string): boolean {
  try {
    execFileSync(binary, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
