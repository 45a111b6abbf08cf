/** import, export and template, as a person types them: one story in one home. */
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CleanupStack } from '../core/kit/cleanup-stack.ts';
import { type BundledProgram, bundleProgram } from '../core/testing/bundled-program.ts';
import { tempHome } from '../core/testing/temp-home.ts';

let slipway: BundledProgram;
let home: string;
let work: string;
const cleanups = new CleanupStack();

beforeAll(async () => {
  slipway = await bundleProgram('src-main/cli.ts');
  cleanups.add(() => slipway.dispose());
  const temporary = await tempHome();
  cleanups.add(() => temporary.dispose());
  home = temporary.home;
  work = join(home, 'elsewhere');
  await mkdir(work);
  await mkdir(join(home, 'instances'));
  await chmod(home, 0o700);
  await writeFile(join(work, 'kernel.elf'), 'k');
  await writeFile(join(work, 'run.sh'), script);
});
afterAll(() => cleanups.close());

const script = `#!/bin/sh
exec qemu-system-x86_64 -kernel kernel.elf -append "console=ttyS0 $MODE" -m 96 -nographic -device edu,bus=pci.0
`;

async function run(input: string, ...args: string[]) {
  const program = slipway.start(args, { home, cwd: work });
  program.child.stdin?.end(input);
  const { code } = await program.ended;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

async function json(input: string, ...args: string[]) {
  const { code, stdout } = await run(input, '--machine', 'json', ...args);
  return { code, value: JSON.parse(stdout) as unknown };
}

describe('import and export', () => {
  it('makes an instance of a script, and says what became of what', async () => {
    const { code, stdout, stderr } = await run('', 'import', 'run.sh', '--name', 'dev', '--set', 'MODE=quiet', '--yes');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('dev') });
    expect(stderr).toContain('Kept as extra arguments:\n  -device edu,bus=pci.0');
    expect(stderr).toContain('Done by Slipway itself:\n  -nographic');
  });

  it('asks for what goes past the guest, once; without a word nothing is made, and no program that it names is run', async () => {
    const program = join(work, 'qemu-system-x86_64');
    const marker = join(work, 'was-run');
    await writeFile(program, `#!/bin/sh\ntouch '${marker}'\nexec qemu-system-x86_64 "$@"\n`, { mode: 0o755 });
    const line = './qemu-system-x86_64 -kernel kernel.elf';
    const refused = await run(line, 'import', '--name', 'own', '--start');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/runs a program of your choice as the emulator\.\n +\S+\/qemu-system-x86_64\n/);
    expect(refused.stderr).toContain('--yes');
    const asJson = await json(line, 'import', '--name', 'own');
    expect(JSON.stringify(asJson.value)).toContain('runs a program of your choice');
    await expect(stat(marker)).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await json('', 'list')).value).toHaveLength(1);
    expect((await run(line, 'import', '--name', 'own', '--yes')).code).toBe(0);
    // Allowed is what was in it, not where it lies.
    expect((await run(line, 'import', '--name', 'own-2')).code).toBe(0);
    await writeFile(program, `#!/bin/sh\ntouch '${marker}'\n# something else\n`, { mode: 0o755 });
    expect(await run(line, 'import', '--name', 'own-3')).toMatchObject({ code: 1, stdout: '' });
    for (const name of ['own', 'own-2']) expect((await run('', 'delete', name, '--yes')).code).toBe(0);
  });

  it('only reads with --dry-run, from a pipe, and asks for variables', async () => {
    const { value } = await json(script, 'import', '--dry-run');
    expect(value).toMatchObject({
      draft: { guest: { kind: 'kernel', kernel: { shown: join(work, 'kernel.elf') }, append: 'console=ttyS0 ' } },
      unknownVariables: ['MODE'],
    });
    expect((await json('', 'list')).value).toHaveLength(1);
  });

  it('takes the next free name', async () => {
    const { value } = await json(script, 'import');
    expect(value).toMatchObject({ name: 'kernel.elf', import: { binary: 'qemu-system-x86_64' } });
    expect((await json(script, 'import')).value).toMatchObject({ name: 'kernel.elf-2' });
  });

  it('fails with a sentence', async () => {
    expect(await run('qemu-system-s390x -m 1', 'import')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no engine for s390x'),
    });
    expect(await run('', 'import', 'nowhere.sh')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not exist'),
    });
    expect(await run('', 'import', '--set', 'x')).toMatchObject({ code: 2 });
    expect(await run('', 'template', 'frob')).toMatchObject({ code: 2 });
  });

  it('writes a script that reads back as it was', async () => {
    expect((await run('', 'export', 'dev', '-o', 'boot.sh')).code).toBe(0);
    expect((await stat(join(work, 'boot.sh'))).mode & 0o777).toBe(0o755);
    const written = await readFile(join(work, 'boot.sh'), 'utf8');
    expect((await run('', 'export', 'dev')).stdout).toBe(written);
    const { value } = await json(written, 'import', '--dry-run');
    expect(value).toMatchObject({
      draft: { device: { memoryMiB: 96 }, runtime: { extraArguments: '-device edu,bus=pci.0' } },
    });
  });

  it('keeps templates, gives them away and uses them', async () => {
    expect((await run('', 'template', 'save', 'dev', '--as', 'My kernel', '--about', 'daily')).code).toBe(0);
    expect(await run('', 'template', 'save', 'dev', '--as', 'My kernel')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('already'),
    });
    expect((await run('', 'template', 'export', 'My kernel', '-o', 't.json')).code).toBe(0);
    expect((await run('', 'template', 'delete', 'My kernel')).code).toBe(0);
    expect((await json('', 'template', 'list')).value).toEqual([]);
    expect((await run('', 'template', 'import', 't.json')).code).toBe(0);
    expect((await json('', 'template', 'use', 'My kernel', '--name', 'again')).value).toMatchObject({
      name: 'again',
      guest: 'kernel',
    });
    // Somebody else's, with a command of its own.
    const received = JSON.parse(await readFile(join(work, 't.json'), 'utf8'));
    const readiness = [{ kind: 'command', arguments: ['/bin/sh', '-c', `touch ${join(work, 'ready-ran')}`] }];
    received.name = 'Gift';
    received.request.runtime.readiness = readiness;
    await writeFile(join(work, 'gift.json'), JSON.stringify(received));
    expect((await run('', 'template', 'import', 'gift.json')).code).toBe(0);
    const gift = await run('', 'template', 'use', 'Gift', '--start');
    expect(gift).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('"/bin/sh" "-c"') });
    await expect(stat(join(work, 'ready-ran'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await run('', 'template', 'use', 'Gift', '--name', 'gift', '--yes')).code).toBe(0);
    await writeFile(join(home, 'templates', 'bad.json'), '{');
    expect((await run('', 'template', 'list')).stdout).toMatch(/bad +\[damaged\]/);
  });
});
