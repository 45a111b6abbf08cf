/**
 * A path that is not ours is opened by `kit/regular-file.ts` alone, because a FIFO there would hold a thread of the process
 * for ever. Who opens files by itself is listed here, with what it opens.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const core = join(import.meta.dirname, '../src-main/core');
const opensByItself: Readonly<Record<string, string>> = {
  'kit/regular-file.ts': 'it is the way',
  'kit/atomic-file.ts': 'a new file beside its place',
  'kit/heavy-work.ts': 'our own bundle',
  'consoles/keyboard.ts': 'a FIFO on purpose, non-blocking',
  'consoles/arrival-times.ts': 'writes its own sidecar',
  'consoles/transcript-writer.ts': 'writes its own transcript',
  'consoles/pattern-job.ts': 'in a thread of its own, what was measured before',
  'process/socket-path.ts': 'a directory, and nothing else',
  'process/spawn.ts': 'writes the log of what it starts',
  'process/linux-processes.ts': '/proc',
  'process/inherited-descriptors.ts': '/proc',
  'process/stuck-facts.ts': '/proc',
  'process/host-tool.ts': '/etc/os-release',
  'engines/fuchsia/host.ts': '/sys/class/net',
  'engines/qemu/host-facts.ts': '/proc',
  'network/port-owner.ts': '/proc',
  'network/listening.ts': '/proc',
  'home/owner-process.ts': '/proc',
  'home/old-owner-lock.ts': '/proc',
  'home/socket-owner.ts': '/proc',
  'diagnosis/facts/lock-holder.ts': '/proc',
  'diagnosis/facts/path-facts.ts': '/etc/passwd',
  'diagnosis/acceleration.ts': '/proc',
  'diagnosis/host-report/network-checks.ts': '/proc',
  'diagnosis/host-report/place-checks.ts': '/proc',
  'diagnosis/kvm-facts.ts': '/dev/kvm, /proc, /etc/group',
  'instances/launcher.ts': 'new files of a boot',
  'instances/ffx/socket-holder.ts': '/proc',
  'instances/screenshot.ts': 'a picture that QEMU has just written for us',
  'staging/copy.ts': 'writes the copy; clones what was looked at',
  'guests/fuchsia/sparse/image-file.ts': 'writes the image; clones what is open',
  'guests/fuchsia/zbi/output-file.ts': 'writes the image',
  'guests/linux/recipe.ts': 'unpacked packages in our own cache',
  'guests/linux/initrd.ts': 'unpacked packages in our own cache',
};

it('nobody else opens a file by itself', () => {
  const opens =
    /import \{[^}]*\b(open|openSync|readFile|readFileSync|createReadStream|copyFile)\b[^}]*\} from 'node:fs/;
  const found = readdirSync(core, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|(^|\/)testing\//.test(name))
    .filter((name) => /\bopenSync\(/.test(read(name)) || opens.test(read(name)));
  expect(found.sort()).toEqual(Object.keys(opensByItself).sort());
});

function read(name: string): string {
  return readFileSync(join(core, name), 'utf8');
}
