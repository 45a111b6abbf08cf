/**
 * Templates: what an instance was asked to be, kept under a name, one JSON file each. Owns the directory and the files'
 * form. Must never change a file it cannot read: a damaged one is listed as such until a person deletes it.
 */
import { createHash } from 'node:crypto';
import { access, mkdir, readdir, stat, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { idFromName } from '../../../src-shared/model/ids.ts';
import { type Spec, specSchema } from '../../../src-shared/model/spec.ts';
import type { Template } from '../../../src-shared/model/template.ts';
import { readJson, writeJsonAtomically } from '../kit/atomic-file.ts';
import { isErrno } from '../kit/errno.ts';
import { filesOf } from './draft.ts';

export type Request = Omit<Spec, 'id' | 'version' | 'createdAt'>;

const templateFileVersion = 1;

const templateFileSchema = z.strictObject({
  /** What kind of file it is, for whoever finds one. */
  slipway: z.literal('template'),
  version: z.literal(templateFileVersion),
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .refine((name) => !/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(name), 'a name has no control characters'),
  about: z.string().max(1000),
  savedAt: z.iso.datetime(),
  request: specSchema.omit({ id: true, version: true, createdAt: true }),
});
export type TemplateFile = z.infer<typeof templateFileSchema>;

const fileEnding = '.json';

export class TemplateStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** By name. Never throws for what is in a file. */
  async list(): Promise<Template[]> {
    const names = await readdir(this.#directory).catch((error: unknown) => {
      if (isErrno(error, 'ENOENT')) return [];
      throw error;
    });
    const files = names.filter((name) => name.endsWith(fileEnding));
    const listed = await Promise.all(files.map((name) => this.#listed(name)));
    return listed.sort((a, b) => a.name.localeCompare(b.name));
  }

  /** @throws SlipwayError `name_taken` unless `replace` is set. */
  async save(
    file: Omit<TemplateFile, 'slipway' | 'version' | 'savedAt'>,
    now: Date,
    replace: boolean,
  ): Promise<Template> {
    const complete = templateFileSchema.safeParse({
      slipway: 'template',
      version: templateFileVersion,
      savedAt: now.toISOString(),
      ...file,
    });
    if (!complete.success)
      throw new SlipwayError(
        'invalid_input',
        `The template cannot be kept: ${complete.error.issues[0]?.message ?? ''}.`,
      );
    const path = this.#pathOf(complete.data.name);
    if (!replace && (await isThere(path))) {
      throw new SlipwayError('name_taken', `There is a template called "${complete.data.name}" already.`, {
        hint: 'Choose another name, or replace it.',
        field: 'name',
      });
    }
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await writeJsonAtomically(path, complete.data);
    return described(complete.data);
  }

  /** @throws SlipwayError `invalid_input` for one that is not there, `image_damaged` for one that cannot be read. */
  async read(name: string): Promise<TemplateFile> {
    const found = await readJson(this.#pathOf(name), templateFileSchema);
    if (found.state === 'ok') return found.value;
    if (found.state === 'absent' && !(await this.#damaged(name))) throw unknownTemplate(name);
    throw new SlipwayError('image_damaged', `The template "${name}" cannot be used.`, {
      cause: 'Its file is damaged, or was written by a newer Slipway.',
      hint: `Delete it, or repair the file in ${this.#directory}.`,
      raw: found.state === 'broken' ? found.error : undefined,
    });
  }

  /** @throws SlipwayError `invalid_input` for one that is not there. */
  async delete(name: string): Promise<void> {
    const path = (await this.#damaged(name)) ?? this.#pathOf(name);
    if (!(await isThere(path))) throw unknownTemplate(name);
    // Not `rm`, which is content when somebody else was faster.
    await unlink(path).catch((error: unknown) => {
      throw isErrno(error, 'ENOENT') ? unknownTemplate(name) : error;
    });
  }

  /** A damaged template has no name but its file's. */
  async #damaged(name: string): Promise<string | null> {
    if (name.includes('/') || name.includes('\0') || name.startsWith('.')) return null;
    const path = join(this.#directory, `${name}${fileEnding}`);
    if (!(await isThere(path))) return null;
    return (await readJson(path, templateFileSchema)).state === 'ok' ? null : path;
  }

  async #listed(fileName: string): Promise<Template> {
    const path = join(this.#directory, fileName);
    const found = await readJson(path, templateFileSchema);
    if (found.state === 'ok') return described(found.value);
    const savedAt = await stat(path).then(
      ({ mtime }) => mtime.toISOString(),
      () => new Date(0).toISOString(),
    );
    return {
      name: fileName.slice(0, -fileEnding.length),
      about: '',
      guestKind: null,
      architecture: '',
      savedAt,
      missing: [],
      problem: 'Its file is damaged, or was written by a newer Slipway.',
    };
  }

  /** Any name as a file name: readable, and never the same for two names. */
  #pathOf(name: string): string {
    const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
    return join(this.#directory, `${idFromName(name)}-${digest}${fileEnding}`);
  }
}

async function described({ name, about, savedAt, request }: TemplateFile): Promise<Template> {
  const paths = [...new Set(filesOf(request).values())];
  const there = await Promise.all(paths.map(isThere));
  const missing = paths.filter((_, index) => there[index] === false);
  return {
    name,
    about,
    guestKind: request.guest.kind,
    architecture: request.architecture,
    savedAt,
    missing,
    problem: null,
  };
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function unknownTemplate(name: string): SlipwayError {
  return new SlipwayError('invalid_input', `There is no template called "${name}".`, {
    hint: 'See: slipway template list',
    field: 'name',
  });
}

/** A template to give away: what lies in the home directory lies in another person's too. */
export function writeTemplate(file: TemplateFile, home = homedir()): string {
  const files = filesOf(file.request);
  const shared = mapAt(file.request, files, (path) =>
    path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path,
  );
  return `${JSON.stringify({ ...file, request: shared }, null, 2)}\n`;
}

/** @throws SlipwayError `invalid_input` for what is no template. */
export function readTemplate(text: string, home = homedir()): TemplateFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw notATemplate(String(error));
  }
  const parsed = templateFileSchema.safeParse(withHome(json, home));
  if (parsed.success) return parsed.data;
  const version: unknown = typeof json === 'object' && json !== null && 'version' in json ? json.version : null;
  if (typeof version === 'number' && version > templateFileVersion)
    throw new SlipwayError('invalid_input', 'This template was written by a newer Slipway.');
  throw notATemplate(z.prettifyError(parsed.error));
}

function notATemplate(raw: string): SlipwayError {
  return new SlipwayError('invalid_input', 'This is no template of Slipway.', {
    hint: 'Choose a file that "export" of a template wrote.',
    raw,
  });
}

/** Only whole values can be paths; the schema then checks where they stand. */
function withHome(value: unknown, home: string): unknown {
  if (typeof value === 'string') return value.startsWith('~/') ? `${home}${value.slice(1)}` : value;
  if (Array.isArray(value)) return value.map((item) => withHome(item, home));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withHome(item, home)]));
}

function mapAt(value: unknown, files: ReadonlyMap<string, string>, map: (path: string) => string, at = ''): unknown {
  if (files.has(at) && typeof value === 'string') return map(value);
  const below = (key: string | number) => (at === '' ? String(key) : `${at}.${key}`);
  if (Array.isArray(value)) return value.map((item, index) => mapAt(item, files, map, below(index)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapAt(item, files, map, below(key))]));
}
