/** Carries out one piece of staging work: the destination is whole afterwards, or what it was before. */
import { dirname, isAbsolute, resolve } from 'node:path';
import { assertNever, SlipwayError } from '../../../src-shared/contract/errors.ts';
import { copyImage } from './copy.ts';
import { requireRoom } from './disk-full.ts';
import { qemuFormat } from './image-format.ts';
import type { WorkItem } from './layout.ts';
import { convertImage, createOverlay, renameBase } from './overlay.ts';
import { inspectSource, type Source } from './source.ts';

interface MakeFileContext {
  readonly destination: string;
  readonly signal: AbortSignal;
  findTool(name: string): Promise<string | null>;
  appendKey(destination: string): Promise<void>;
  onProgress(done: number, total: number): void;
}

/** @throws as `Staging.stage`. */
export async function makeFile(item: WorkItem, source: Source, context: MakeFileContext): Promise<void> {
  const { destination, signal, onProgress } = context;
  const { field } = item;
  const directory = dirname(destination);
  switch (item.method) {
    case 'copy':
      await copyImage(item.source, destination, {
        signal,
        onProgress,
        field,
        finish: item.slot.startsWith('disk-') ? await whatCopyNeeds(item, source, context) : undefined,
      });
      return;
    case 'overlay':
      await createOverlay({
        tool: await qemuImg(context),
        signal,
        base: item.source,
        baseFormat: item.sourceFormat,
        destination,
        field,
      });
      return;
    case 'convert':
      await requireRoom(directory, item.target, source.allocatedBytes);
      await convertImage({
        tool: await qemuImg(context),
        signal,
        source: item.source,
        sourceFormat: item.sourceFormat,
        destination,
        format: item.outputFormat,
        neededBytes: source.allocatedBytes,
        field,
      });
      return;
    case 'append-key':
      await requireRoom(directory, item.target, source.allocatedBytes);
      await context.appendKey(destination);
      return;
    default:
      assertNever(item.method);
  }
}

/**
 * An image that names another file by a relative path means a file beside itself; in another folder it would mean
 * nothing, or the wrong file. A backing file is named absolutely in the copy; the rest cannot be copied as one file.
 */
async function whatCopyNeeds(
  item: WorkItem,
  source: Source,
  context: MakeFileContext,
): Promise<((temporary: string) => Promise<void>) | undefined> {
  const refuse = (cause: string) =>
    new SlipwayError('invalid_input', `${item.source} is only a part of a disk and cannot be copied by itself.`, {
      cause,
      hint: 'Choose the access "overlay": the original stays where it is and is not changed.',
      field: item.field,
    });
  // A descriptor is a page of text that names its extents; an image with data is larger than this.
  if (item.sourceFormat === 'vmdk' && source.facts.size < 16 * 1024) throw refuse('Its data are in other files.');
  const { qcow2 } = source;
  if (qcow2 === null) return undefined;
  if (qcow2.hasExternalData) throw refuse('Its data are in another file.');
  const { backingFile } = qcow2;
  if (backingFile === null || isAbsolute(backingFile) || /^[a-z][\w+.-]*:/i.test(backingFile)) return undefined;
  const base = resolve(dirname(item.source), backingFile);
  const { image } = await inspectSource(base, { field: item.field });
  const tool = await qemuImg(context);
  return async (temporary) =>
    renameBase({
      tool,
      signal: context.signal,
      image: temporary,
      base,
      baseFormat: image.kind === 'image' ? qemuFormat(image.format) : 'raw',
      field: item.field,
    });
}

async function qemuImg(context: Pick<MakeFileContext, 'findTool'>): Promise<string> {
  const tool = await context.findTool('qemu-img');
  if (tool !== null) return tool;
  throw new SlipwayError('tool_missing', 'qemu-img is not installed; it makes disk overlays.', {
    hint: 'Install it (Debian: apt install qemu-utils), or choose the access "copy" or "direct".',
  });
}
