/** What is dropped on the page: a file of the host as a token, or a script, which is read here. */
import type { DragEvent } from 'react';
import { pathTokenSchema } from '../../../src-shared/model/ids.ts';
import type { FileReference } from '../../../src-shared/model/spec.ts';
import { unawaited } from '../../api/unawaited.ts';
import type { Application } from '../../state/application.ts';
import { useApplication } from '../../state/context.tsx';
import { launchStrings } from '../../strings/launch.ts';
import { looksLikeQemu } from './paste/looks-like-qemu.ts';

export interface DropTarget {
  file(file: FileReference): void;
  /** Left out: a script is a file like any other. */
  readonly script?: (text: string) => void;
}

/** Larger than any script a person wrote, smaller than any image. */
const scriptBytes = 256 * 1024;

async function scriptIn(file: File): Promise<string | null> {
  if (file.size > scriptBytes || !/(\.(sh|bash|zsh|txt|mk)|^[^.]*)$/i.test(file.name)) return null;
  const text = await file.text();
  return looksLikeQemu(text) ? text : null;
}

/** A dropped file as a token. Only the window's preload can learn where it lies. */
export async function droppedFile(application: Application, data: DataTransfer): Promise<FileReference | null> {
  const [file] = data.files;
  return file === undefined ? null : tokenOf(application, file);
}

async function tokenOf(application: Application, file: File): Promise<FileReference | null> {
  const plain = (text: string): null => {
    application.notify({ tone: 'plain', text, failure: null, action: null });
    return null;
  };
  if (window.slipway === undefined) return plain(launchStrings.noBrowserPath);
  const picked = await window.slipway.pathToken(file).catch(() => null);
  if (picked === null || !pathTokenSchema.safeParse(picked.token).success)
    return plain(launchStrings.notOfHost(file.name));
  return { token: picked.token, shown: picked.shown };
}

export async function takeDropped(application: Application, data: DataTransfer, target: DropTarget): Promise<void> {
  const [file] = data.files;
  if (file === undefined) return;
  const script = target.script === undefined ? null : await scriptIn(file).catch(() => null);
  if (script !== null) {
    target.script?.(script);
    return;
  }
  const token = await tokenOf(application, file);
  if (token !== null) target.file(token);
}

export function useDrop(target: DropTarget): (event: DragEvent) => void {
  const application = useApplication();
  return (event) => {
    event.preventDefault();
    // A dialog lies inside the page, which takes drops too.
    event.stopPropagation();
    unawaited(takeDropped(application, event.dataTransfer, target));
  };
}
