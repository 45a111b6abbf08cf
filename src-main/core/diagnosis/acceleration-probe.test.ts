import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProbe } from './acceleration-probe.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'probe-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** A program that stands for a QEMU on a bad day. */
async function probeWith(script: string, deadlineMs = 20_000) {
  const binary = join(directory, 'qemu');
  await writeFile(binary, `#!/bin/sh\n${script}\n`);
  await chmod(binary, 0o755);
  return await runProbe({ binary, accelerator: 'kvm', kernel: '/probe.elf', machines: [], deadlineMs });
}

describe('runProbe', () => {
  it('a guest that hangs is ended at the deadline, with how far it came', async () => {
    const result = await probeWith('echo "probe: long mode"; exec sleep 1000', 300);
    expect(result).toEqual({ ok: false, text: 'did not run on it within 0.3 s (it came as far as: long mode)' });
  });

  it('an internal error of KVM is not waited out', async () => {
    const result = await probeWith('echo "KVM internal error. Suberror: 1" >&2; exec sleep 1000');
    expect(result).toEqual({ ok: false, text: 'stopped with a KVM internal error' });
  });

  it('a QEMU that aborts says why', async () => {
    const result = await probeWith(
      'echo "qemu: warning: x" >&2; echo "qemu-system-x86_64: error: failed to set MSR 0x10a to 0x69" >&2; kill -ABRT $$',
    );
    expect(result).toEqual({ ok: false, text: 'could not be run by QEMU: failed to set MSR 0x10a to 0x69' });
  });

  it('a binary that is not there is a result too', async () => {
    const request = {
      binary: join(directory, 'none'),
      accelerator: 'kvm',
      kernel: '/k',
      machines: [],
      deadlineMs: 1000,
    } as const;
    expect(await runProbe(request)).toMatchObject({ ok: false, text: expect.stringContaining('is not installed') });
  });
});
