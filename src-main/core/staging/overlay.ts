/** qcow2 files made with qemu-img: an overlay that takes a guest's writes, and conversions. Each is whole or not there. */
import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { runTool } from '../process/run-tool.ts';
import { diskFull, freeBytes } from './disk-full.ts';

interface QemuImg {
  /** Absolute path of the program. */
  readonly tool: string;
  readonly signal?: AbortSignal | undefined;
}

/** The qcow2 format's own bound on the length of a backing file name. */
const backingNameBytes = 1023;
/** qemu-img writes this much for a new overlay: header, refcounts, first L1 table, rounded up for very large disks. */
const overlayBytes = 1024 * 1024;

interface OverlayRequest extends QemuImg {
  readonly base: string;
  readonly baseFormat: string;
  readonly destination: string;
  /** Dotted path in the PlainSpec, for errors about the base. */
  readonly field?: string | undefined;
}

/**
 * @throws SlipwayError `invalid_input` (name too long for the format), `file_unreadable` (base locked by another
 * program or not of its format), `disk_full`, `tool_missing`, `cancelled`.
 */
export async function createOverlay(request: OverlayRequest): Promise<void> {
  const { base, destination, field } = request;
  if (Buffer.byteLength(base) > backingNameBytes) {
    throw new SlipwayError('invalid_input', `The path of ${basename(base)} is too long for an overlay.`, {
      cause: `qcow2 keeps at most ${backingNameBytes} bytes of it, and it has ${Buffer.byteLength(base)}.`,
      hint: 'Choose the access "copy", or move the image to a shorter path.',
      field,
    });
  }
  const purpose: Purpose = { destination, neededBytes: overlayBytes, about: base, field };
  // `create` looks at the base without its lock; `info` takes it, and so finds a guest that writes to the base.
  await qemuImg(request, ['info', '-f', request.baseFormat, base], purpose);
  await whole(destination, (temporary) =>
    // An absolute name is never taken for a protocol: QEMU looks for the colon before the first slash only
    // (path_has_protocol in block.c), so `a:b,c.img` needs no json: here. Checked against 7.2.
    qemuImg(request, ['create', '-q', '-f', 'qcow2', '-b', base, '-F', request.baseFormat, temporary], purpose),
  );
}

interface ConvertRequest extends QemuImg {
  readonly source: string;
  readonly sourceFormat: string;
  readonly destination: string;
  readonly format: 'qcow2' | 'raw';
  readonly neededBytes: number;
  readonly field?: string | undefined;
}

/** @throws as `createOverlay`. */
export async function convertImage(request: ConvertRequest): Promise<void> {
  const { source, sourceFormat, destination, format, neededBytes, field } = request;
  await whole(destination, (temporary) =>
    qemuImg(request, ['convert', '-q', '-f', sourceFormat, '-O', format, source, temporary], {
      destination,
      neededBytes,
      about: source,
      field,
    }),
  );
}

/** Makes `image` point at `base` under another name for the same bytes; nothing is copied. */
export async function renameBase(
  request: QemuImg & { image: string; base: string; baseFormat: string; field?: string | undefined },
): Promise<void> {
  const { image, base, baseFormat, field } = request;
  await qemuImg(request, ['rebase', '-q', '-u', '-f', 'qcow2', '-b', base, '-F', baseFormat, image], {
    destination: image,
    neededBytes: 0,
    about: image,
    field,
  });
}

async function whole(destination: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(destination), `${basename(destination)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await make(temporary);
    await rename(temporary, destination);
  } finally {
    await rm(temporary, { force: true });
  }
}

interface Purpose {
  readonly destination: string;
  readonly neededBytes: number;
  readonly about: string;
  readonly field: string | undefined;
}

async function qemuImg(request: QemuImg, args: readonly string[], purpose: Purpose): Promise<void> {
  const result = await runTool(request.tool, args, { signal: request.signal, env: { LC_ALL: 'C' } });
  if (result.code === 0) return;
  throw await explain(result.stderr, purpose);
}

async function explain(stderr: string, purpose: Purpose): Promise<SlipwayError> {
  const { about, destination, field } = purpose;
  const directory = dirname(destination);
  if (/No space left on device|Disk quota exceeded/.test(stderr)) {
    const free = await freeBytes(directory).catch(() => 0);
    return diskFull(basename(destination), directory, purpose.neededBytes, free, stderr);
  }
  if (/Failed to get (?:shared )?"\w+" lock/.test(stderr)) {
    return new SlipwayError('file_unreadable', `${about} is in use by another program.`, {
      cause: 'Another QEMU has it open for writing, so an overlay on it would go wrong.',
      hint: 'Stop the guest that uses it, or give each guest its own copy.',
      raw: stderr,
      field,
    });
  }
  if (/backing file|Could not open/.test(stderr)) {
    return new SlipwayError('file_unreadable', `qemu-img could not open ${about}.`, {
      hint: 'The machine’s own words are below; `qemu-img info` on the file says more.',
      raw: stderr,
      field,
    });
  }
  return new SlipwayError('launch_failed', `qemu-img failed on ${about}.`, { raw: stderr, field });
}
