import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCapabilityProbe, requireArchitecture } from './capabilities.ts';

let directory: string;
let cache: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'capabilities-'));
  cache = join(directory, 'cache', 'capabilities.json');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A program that answers like QEMU, and counts how often it was asked for its version. */
async function program(body: string, name = 'qemu'): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

const likeQemu = (version = '8.2.2') => `
case "$*" in
  -version) echo asked >> "${directory}/asked"; echo "QEMU emulator version ${version} (somebody)";;
  '-accel help') printf 'Accelerators supported in QEMU binary:\\ntcg\\n';;
  '-machine help') printf 'Supported machines are:\\nvirt   RISC-V VirtIO board (default)\\n';;
  '-device help') printf 'name "VGA", bus PCI\\n';;
  '-cpu help') printf 'Available CPUs:\\n  rv64\\n';;
  '-sandbox '*) echo "no seccomp here" >&2; exit 1;;
esac`;
const timesAsked = async () => (await readFile(join(directory, 'asked'), 'utf8')).split('\n').length - 1;

describe('createCapabilityProbe', () => {
  it('asks once, remembers in memory and on disk', async () => {
    const path = await program(likeQemu());
    const probe = createCapabilityProbe(cache);
    const [first, second] = await Promise.all([probe.probe(path), probe.probe(path)]);
    expect(first).toEqual({
      binary: path,
      architecture: 'riscv64',
      version: '8.2.2',
      versionNumbers: [8, 2, 2],
      accelerators: ['tcg'],
      machines: [{ name: 'virt', description: 'RISC-V VirtIO board', isDefault: true }],
      devices: ['VGA'],
      cpus: ['rv64'],
      sandbox: false,
    });
    expect(second).toEqual(first);
    expect(await createCapabilityProbe(cache).probe(path)).toEqual(first);
    expect(await timesAsked()).toBe(1);
  });

  it('asks again when the binary or the cache is not what it was', async () => {
    const path = await program(likeQemu());
    const probe = createCapabilityProbe(cache);
    await probe.probe(path);
    await program(likeQemu('10.0.0'));
    expect((await probe.probe(path)).version).toBe('10.0.0');
    await writeFile(cache, '{"version":1,"binaries":{"x":{}}}');
    expect((await createCapabilityProbe(cache).probe(path)).version).toBe('10.0.0');
    expect(await timesAsked()).toBe(3);
  });

  it.each([
    ['another program', 'echo "ls (GNU coreutils) 9.1"', /not a working QEMU/, /ls \(GNU/],
    ['a program that fails', 'echo "cannot open shared object" >&2; exit 127', /not a working QEMU/, /shared object/],
    ['a program that says nothing', 'exit 3', /not a working QEMU/, /exit code 3/],
    ['an old QEMU', 'echo "QEMU emulator version 2.11.1(Debian)"', /QEMU 2\.11\.1 is too old/, /2\.11\.1/],
    ['a program that dies of a signal', 'kill -SEGV $$', /does not behave like QEMU/, /SIGSEGV/],
  ])('refuses %s and shows what it said', async (_, body, message, raw) => {
    const path = await program(body);
    await expect(createCapabilityProbe(cache).probe(path)).rejects.toMatchObject({
      code: 'engine_unsuitable',
      message: expect.stringMatching(message),
      failure: { raw: expect.stringMatching(raw), field: 'runtime.binary' },
    });
  });

  it('does not wait for a program that hangs', async () => {
    const path = await program('exec sleep 60');
    await expect(createCapabilityProbe(cache, 100).probe(path)).rejects.toMatchObject({
      code: 'engine_unsuitable',
      failure: { cause: expect.stringContaining('did not answer') },
    });
  });

  it('refuses what is no program of this machine', async () => {
    const path = join(directory, 'text');
    await writeFile(path, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 9, 9, 9, 9]), { mode: 0o755 });
    await expect(createCapabilityProbe(cache).probe(path)).rejects.toMatchObject({ code: 'engine_unsuitable' });
  });

  it('notices the wrong architecture', async () => {
    const capabilities = await createCapabilityProbe(cache).probe(await program(likeQemu()));
    expect(() => requireArchitecture(capabilities, 'riscv64')).not.toThrow();
    expect(() => requireArchitecture(capabilities, 'x86_64')).toThrow(/emulates riscv64, and this guest is x86_64/);
  });
});
