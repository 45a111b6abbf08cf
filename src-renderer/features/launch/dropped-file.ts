/** A dropped file as a token. Only the window's preload can learn where it lies. */
import { pathTokenSchema } from '../../../src-shared/model/ids.ts';
import type { FileReference } from '../../../src-shared/model/spec.ts';
import type { Application } from '../../state/application.ts';

export async function droppedFile(application: Application, data: DataTransfer): Promise<FileReference | null> {
  const [file] = data.files;
  if (file === undefined) return null;
  const plain = (text: string): null => {
    application.notify({ tone: 'plain', text, failure: null, action: null });
    return null;
  };
  if (window.slipway === undefined)
    return plain('A browser does not tell where a dropped file lies. Choose it with the button instead.');
  const picked = await window.slipway.pathToken(file).catch(() => null);
  if (picked === null || !pathTokenSchema.safeParse(picked.token).success)
    return plain(`"${file.name}" is not a file on this host.`);
  return { token: picked.token, shown: picked.shown };
}
