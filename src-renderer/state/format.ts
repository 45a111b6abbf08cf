/** Numbers and times in words, the same everywhere on the page. */

const sizes = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < sizes.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${sizes[unit] ?? 'B'}`;
}

/** A duration of a step: milliseconds up to a second, then seconds, then minutes. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Time up, like a stopwatch: `0:07`, `12:40`, `3:05:00`, `2 d 3:05`. */
export function formatUptime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (days > 0) return `${days} d ${hours}:${two(minutes)}`;
  if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
  return `${minutes}:${two(seconds % 60)}`;
}

export function formatMoment(iso: string, now: Date = new Date()): string {
  const date = new Date(iso);
  const time = date.toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  });
  if (date.toDateString() === now.toDateString()) return time;
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')} ${time}`;
}

export interface ProgressNumbers {
  readonly done: number;
  readonly total: number;
  readonly unit: 'bytes' | 'items';
}

/** `12.0 MiB of 40.0 MiB`, what there is when the total is not known, and nothing where there is nothing to count. */
export function formatProgress(progress: ProgressNumbers): string {
  if (progress.total === 0 && progress.done === 0) return '';
  const show = (n: number): string => (progress.unit === 'bytes' ? formatBytes(n) : String(n));
  return progress.total > 0 ? `${show(progress.done)} of ${show(progress.total)}` : show(progress.done);
}

/** The directory all of these paths share, with its slash. */
export function commonDirectory(paths: readonly string[]): string {
  const [first = '', ...rest] = paths;
  let shared = first.slice(0, first.lastIndexOf('/') + 1);
  while (shared !== '' && !rest.every((path) => path.startsWith(shared)))
    shared = shared.slice(0, shared.lastIndexOf('/', shared.length - 2) + 1);
  return shared;
}
