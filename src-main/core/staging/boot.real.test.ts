import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StagedImages } from './staged-images.ts';
import { imageInfo, StagingBench, specOf } from './testing/staging-bench.ts';

const ovmf = { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.fd' };
const hasOvmf = existsSync(ovmf.code);

let bench: StagingBench;
beforeEach(async () => {
  bench = await StagingBench.open();
});
afterEach(() => bench.close());

/** Opens the images as the engine does, and gives the answer to one monitor command. */
async function ask(images: StagedImages, command: string): Promise<string> {
  const node = (name: string, format: string, path: string, readOnly: boolean) =>
    `node-name=${name},driver=${format},read-only=${readOnly ? 'on' : 'off'},file.driver=file,file.filename=${path.replaceAll(',', ',,')}`;
  const flash = images.pflash;
  const flashArgs =
    flash?.variables == null
      ? []
      : [
          ...['-blockdev', node('code', 'raw', flash.code, true)],
          ...['-blockdev', node('vars', flash.variablesFormat, flash.variables, false)],
          ...['-machine', 'q35,pflash0=code,pflash1=vars'],
        ];
  const diskArgs = images.disks.flatMap((disk, index) => [
    ...['-blockdev', node(`disk${index}`, disk.format, disk.path, disk.readOnly)],
    ...['-device', `virtio-blk-pci,drive=disk${index}`],
  ]);
  const qemu = spawn(
    'qemu-system-x86_64',
    ['-S', '-m', '64', '-nodefaults', '-display', 'none', ...flashArgs, ...diskArgs, '-qmp', 'stdio'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = once(qemu, 'exit');
  try {
    const request = { execute: 'human-monitor-command', arguments: { 'command-line': command } };
    qemu.stdin.write(`{"execute":"qmp_capabilities"}\n${JSON.stringify(request)}\n`);
    let answers = 0;
    for await (const line of createInterface({ input: qemu.stdout })) {
      const message: { return?: unknown } = JSON.parse(line);
      if (message.return === undefined) continue;
      answers += 1;
      if (answers === 2) return String(message.return);
    }
    throw new Error('QEMU ended without an answer');
  } finally {
    qemu.kill('SIGKILL');
    await ended;
  }
}

describe('a real QEMU opens what was staged', () => {
  it('an overlay on an oddly named base', async () => {
    await bench.rawDisk('a:b,c.img', 'base');
    const images = await bench.stage(specOf({ kind: 'disk', disks: [{ file: bench.at('a:b,c.img') }] }));
    const answer = await ask(images, 'info block -n disk0');
    expect(answer).toContain(bench.staged('disk-0.qcow2'));
    expect(answer).toContain('a:b,c.img');
  });

  it('an oddly named disk that is used directly', async () => {
    await bench.rawDisk('a:b,c.img', 'base');
    const images = await bench.stage(
      specOf({ kind: 'disk', disks: [{ file: bench.at('a:b,c.img'), access: 'direct' }] }),
    );
    expect(await ask(images, 'info block -n disk0')).toContain('a:b,c.img');
  });

  it.skipIf(!hasOvmf)(
    `UEFI with its variables as qcow2, and a snapshot of it${hasOvmf ? '' : ' (skipped: OVMF is not installed)'}`,
    async () => {
      await bench.rawDisk('disk.img', 'base');
      const findFirmware = () => ({ architecture: 'x86_64' as const, name: 'OVMF', ...ovmf });
      const spec = specOf({ kind: 'disk', firmware: 'uefi', disks: [{ file: bench.at('disk.img') }] });
      const images = await bench.stage(spec, { findFirmware });
      expect(await ask(images, 'savevm one')).toBe('');
      expect(imageInfo(bench.staged('disk-0.qcow2'))).toHaveProperty('snapshots');
      expect(imageInfo(bench.staged('variables.qcow2'))).toHaveProperty('snapshots');
    },
  );
});
