/** Exported scripts are run by a real shell with the installed QEMU, and the guest is heard on the terminal. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peekFormat } from '../../../staging/peek-format.ts';
import { capabilitiesOf, specOf } from '../../testing/spec-of.ts';
import { findFirmware } from '../firmware.ts';
import { exportCommand } from './export-command.ts';

const assetsDirectory = join(import.meta.dirname, '../../../../../assets');
let directory: string;

beforeAll(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'export, "real" $x ')));
  await copyFile(join(assetsDirectory, 'demo-guest', 'demo-guest.elf'), join(directory, "it's a kernel,.elf"));
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', join(directory, 'base,1.qcow2'), '8M']);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Runs the script until the guest has said `banner`; then ends QEMU by its monitor's key, as a person would. */
async function heard(
  input: Parameters<typeof specOf>[0],
  banner: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<string> {
  const spec = specOf(input);
  const { script } = exportCommand({
    spec,
    capabilities: capabilitiesOf(),
    acceleration: { accelerator: 'tcg', reason: '', hint: null, verified: false },
    facts: { assetsDirectory, linuxGuest: null, firmware: findFirmware, formatOf: peekFormat },
  });
  const file = join(directory, 'boot.sh');
  await writeFile(file, script);
  const child = spawn('sh', [file], {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let text = '';
  let isEnding = false;
  // It may be gone before it has read the keys.
  child.stdin.on('error', () => undefined);
  const collect = (piece: unknown) => {
    text += String(piece);
    if (isEnding || !text.includes(banner)) return;
    isEnding = true;
    child.stdin.write('\u0001x');
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  await exited;
  return text;
}

describe('an exported script', () => {
  it('boots the demo guest', async () => {
    expect(
      await heard({ name: 'demo "x", $y', guest: { kind: 'demo' }, device: { memoryMiB: 64 } }, 'demo>'),
    ).toContain('demo>');
  });

  it('boots a kernel of odd name with an overlay, and keeps it where it is told to', async () => {
    const base = join(directory, 'base,1.qcow2');
    const before = (await stat(base)).mtimeMs;
    const work = await mkdtemp(join(tmpdir(), 'export work '));
    const said = await heard(
      {
        guest: {
          kind: 'kernel',
          kernel: join(directory, "it's a kernel,.elf"),
          append: 'a  "b"',
          disks: [{ file: base, format: 'qcow2' }],
        },
        device: { machine: 'pc', memoryMiB: 64, serialPorts: 2 },
        host: { ports: [{ name: 'ssh', protocol: 'tcp', guest: 22, host: null }] },
      },
      'demo>',
      { WORK: work },
    );
    expect(said).toContain('demo>');
    expect(await readdir(work)).toEqual(['disk-0.qcow2']);
    expect((await stat(base)).mtimeMs).toBe(before);
    await rm(work, { recursive: true });
  });
});
