/** What windows remember between two starts: where they were, and where files were last chosen. A convenience only. */
import { join } from 'node:path';
import * as z from 'zod';
import type { Paths } from '../core/home/paths.ts';
import { readJson, writeJsonAtomically } from '../core/kit/atomic-file.ts';

const boundsSchema = z.strictObject({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number(),
  height: z.number(),
});
export type Bounds = Readonly<z.infer<typeof boundsSchema>>;

const rememberedSchema = z.strictObject({
  bounds: boundsSchema.nullable().default(null),
  maximised: z.boolean().default(false),
  fileDirectory: z.string().nullable().default(null),
  /** Windows of one console each, by what they show; the last one moved comes last. */
  consoles: z.record(z.string(), boundsSchema).default({}),
});
type Remembered = z.infer<typeof rememberedSchema>;

export class WindowState {
  readonly #path: string;
  #current: Remembered;
  /** One write at a time; a change that comes meanwhile is in the next one. */
  #writing: Promise<void> | null = null;

  private constructor(path: string, current: Remembered) {
    this.#path = path;
    this.#current = current;
  }

  static async open(paths: Paths): Promise<WindowState> {
    // `electron/` is Electron's own directory; this is the shell's one file in it.
    const path = join(paths.electron, 'window.json');
    const found = await readJson(path, rememberedSchema);
    return new WindowState(path, found.state === 'ok' ? found.value : rememberedSchema.parse({}));
  }

  get current(): Readonly<Remembered> {
    return this.#current;
  }

  remember(change: Partial<Remembered>): void {
    this.#current = { ...this.#current, ...change };
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
  }

  rememberConsole(key: string, bounds: Bounds): void {
    const { [key]: _, ...others } = this.#current.consoles;
    const kept = Object.entries(others).slice(1 - rememberedConsoles);
    this.remember({ consoles: { ...Object.fromEntries(kept), [key]: bounds } });
  }

  /** Resolves when what was remembered is on disk, or cannot be put there. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    for (let written: Remembered | null = null; written !== this.#current; ) {
      written = this.#current;
      // A window that forgets its place is no reason to bother anyone.
      await writeJsonAtomically(this.#path, written).catch(() => undefined);
    }
  }
}

const rememberedConsoles = 50;

export interface WindowSizes {
  readonly preferred: { readonly width: number; readonly height: number };
  readonly smallest: { readonly width: number; readonly height: number };
}

export const mainSizes: WindowSizes = {
  preferred: { width: 1280, height: 800 },
  smallest: { width: 900, height: 600 },
};
/** Eighty columns and some lines; small enough to stand beside an editor. */
export const consoleSizes: WindowSizes = {
  preferred: { width: 840, height: 560 },
  smallest: { width: 480, height: 280 },
};

/** This much of the window has to be on a screen, or nobody could get hold of it. */
const graspable = { width: 120, height: 60 } as const;

/**
 * Where to open the window, given the work areas of the displays there are now. Without a remembered place, or when that
 * is on a display that is gone: only a size, and the window manager finds the place.
 */
export function placeWindow(
  remembered: Bounds | null,
  workAreas: readonly Bounds[],
  sizes: WindowSizes = mainSizes,
): { readonly width: number; readonly height: number; readonly x?: number; readonly y?: number } {
  const home = remembered === null ? undefined : workAreas.find((area) => isGraspable(remembered, area));
  if (remembered === null || home === undefined) return sizeWithin(sizes.preferred, workAreas[0], sizes);
  return { ...sizeWithin(remembered, home, sizes), x: remembered.x, y: remembered.y };
}

function isGraspable(window: Bounds, area: Bounds): boolean {
  const width = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  const height = Math.min(window.y + window.height, area.y + area.height) - Math.max(window.y, area.y);
  // Its top edge too: that is where the title bar is.
  return width >= graspable.width && height >= graspable.height && window.y >= area.y;
}

function sizeWithin(
  size: { width: number; height: number },
  area: Bounds | undefined,
  { smallest }: WindowSizes,
): { width: number; height: number } {
  return {
    width: Math.max(smallest.width, Math.min(size.width, area?.width ?? size.width)),
    height: Math.max(smallest.height, Math.min(size.height, area?.height ?? size.height)),
  };
}
