/** settings.json: few, all with defaults. A broken file is put aside, not obeyed and not lost. */
import { rename } from 'node:fs/promises';
import { type Settings, settingsSchema } from '../../../src-shared/model/settings.ts';
import type { Paths } from '../home/paths.ts';
import { readJson, writeJsonAtomically } from '../kit/atomic-file.ts';
import { Emitter } from '../kit/emitter.ts';
import { SerialQueue } from '../kit/serial-queue.ts';

export class SettingsFile {
  readonly changed = new Emitter<Settings>();
  readonly #path: string;
  readonly #queue = new SerialQueue();
  #current: Settings;

  private constructor(path: string, current: Settings) {
    this.#path = path;
    this.#current = current;
  }

  static async open(paths: Paths): Promise<SettingsFile> {
    const found = await readJson(paths.settings, settingsSchema);
    if (found.state === 'broken') await rename(paths.settings, `${paths.settings}.broken`).catch(() => undefined);
    return new SettingsFile(paths.settings, found.state === 'ok' ? found.value : settingsSchema.parse({}));
  }

  get current(): Settings {
    return this.#current;
  }

  /** Changes that come at the same time all count: each is made to what the one before it left. */
  set(change: { readonly [K in keyof Settings]?: Settings[K] | undefined }): Promise<Settings> {
    return this.#queue.run('settings', async () => {
      const next = settingsSchema.parse({ ...this.#current, ...change });
      await writeJsonAtomically(this.#path, next);
      this.#current = next;
      this.changed.emit(next);
      return next;
    });
  }
}
