/** Where in a Spec a text stands, and what to change for another to stand there. Pure. */
import type { Change } from '../../../../src-shared/contract/changes.ts';
import type { Spec } from '../../../../src-shared/model/spec.ts';

const labels = new Set(['id', 'name', 'group', 'notes', 'createdAt']);

function leavesOf(value: unknown, at = ''): (readonly [field: string, text: string])[] {
  if (typeof value === 'string') return [[at, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    at === '' && labels.has(key) ? [] : leavesOf(item, at === '' ? key : `${at}.${key}`),
  );
}

/** The field that holds exactly this path. */
export function fieldOfPath(spec: Spec, path: string): string | null {
  return leavesOf(spec).find(([, text]) => text === path)?.[0] ?? null;
}

/** Every place that has `name` as a word of its own gets `instead`: `q53,smm=off` keeps its options. */
export function renamed(spec: Spec, name: string, instead: string): Change[] {
  if (name === '') return [];
  const word = new RegExp(`(?<![\\w./-])${escaped(name)}(?![\\w./-])`, 'g');
  return leavesOf(spec)
    .filter(([field, text]) => field === 'runtime.extraArguments' || text.split(',', 1)[0] === name)
    .map(([field, text]) => ({ field, value: text.replace(word, () => instead) }))
    .filter(({ field, value }) => !leavesOf(spec).some(([other, text]) => other === field && text === value));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The disk a message is about: the one it names, the one at this field, or the only one. */
export function diskOf(spec: Spec, text: string, field: string | undefined) {
  const disks = 'disks' in spec.guest ? spec.guest.disks : [];
  const at = /^guest\.disks\.(\d+)/.exec(field ?? '')?.[1];
  const named = disks.findIndex(({ file }) => text.includes(file));
  const index = at !== undefined ? Number(at) : named >= 0 ? named : disks.length === 1 ? 0 : -1;
  const disk = disks[index];
  return disk === undefined ? null : { index, disk };
}
