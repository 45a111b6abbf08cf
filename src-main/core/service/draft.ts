/** Drafts and Specs are the same shape with tokens or paths for files; these are the two ways across. */
import { type Draft, draftSchema, type FileReference, type Spec, specSchema } from '../../../src-shared/model/spec.ts';
import { invalidInput } from './invalid-input.ts';
import type { PathTokens } from './path-tokens.ts';

type Request = Omit<Spec, 'id' | 'version' | 'createdAt'>;

const requestSchema = specSchema.omit({ id: true, version: true, createdAt: true });

/** Throws `invalid_input` for a token this session was not given. */
export function requestOfDraft(draft: Draft, tokens: PathTokens): Request {
  return checked(mapFiles(draft, (file) => tokens.resolve(file.token)));
}

/** What of a Spec a person asked for. Throws `invalid_input` where a change broke it. */
export function requestOfSpec(spec: Spec): Request {
  const { id: _id, version: _version, createdAt: _createdAt, ...request } = spec;
  return checked(request);
}

function checked(request: unknown): Request {
  const parsed = requestSchema.safeParse(request);
  if (!parsed.success) throw invalidInput('the instance', parsed.error);
  return parsed.data;
}

export function draftOfSpec(spec: Spec, tokens: PathTokens): Draft {
  const { id: _id, version: _version, createdAt: _createdAt, ...request } = spec;
  return draftOfRequest(request, tokens);
}

/** Grants every file the request names. */
export function draftOfRequest(request: Request, tokens: PathTokens): Draft {
  const files = filesOf(request);
  return draftSchema.parse(mapStrings(request, files, (path) => tokens.grant(path)));
}

/** Every file of a Spec with the dotted path of its field. */
export function filesOf(request: Request): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const add = (field: string, path: string | null) => {
    if (path !== null) files.set(field, path);
  };
  const { guest } = request;
  if (guest.kind === 'kernel') {
    add('guest.kernel', guest.kernel);
    add('guest.initrd', guest.initrd);
  }
  if (guest.kind === 'firmware') {
    if (guest.image.as === 'bios') add('guest.image.file', guest.image.file);
    else {
      add('guest.image.code', guest.image.code);
      add('guest.image.variables', guest.image.variables);
    }
    add('guest.efiDirectory', guest.efiDirectory);
  }
  if (guest.kind === 'fuchsia') {
    if (guest.source.from === 'bundle') add('guest.source.directory', guest.source.directory);
    if (guest.source.from === 'template') add('guest.source.template', guest.source.template);
    if (guest.source.from === 'files') {
      add('guest.source.kernel', guest.source.kernel);
      add('guest.source.zbi', guest.source.zbi);
      add('guest.source.disk.file', guest.source.disk?.file ?? null);
    }
    for (const field of ['virtualDevice', 'devConfig', 'vbmetaKey', 'vbmetaKeyMetadata', 'upscript'] as const) {
      add(`guest.${field}`, guest[field]);
    }
  } else if (guest.kind !== 'demo') {
    for (const [index, disk] of guest.disks.entries()) add(`guest.disks.${index}.file`, disk.file);
  }
  add('runtime.binary', request.runtime.binary);
  return files;
}

function isFileReference(value: object): value is FileReference {
  return 'token' in value && 'shown' in value;
}

function mapFiles(value: unknown, map: (file: FileReference) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => mapFiles(item, map));
  if (typeof value !== 'object' || value === null) return value;
  if (isFileReference(value)) return map(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapFiles(item, map)]));
}

function mapStrings(
  value: unknown,
  files: ReadonlyMap<string, string>,
  map: (path: string) => FileReference,
  at = '',
): unknown {
  if (files.has(at) && typeof value === 'string') return map(value);
  const below = (key: string | number) => (at === '' ? String(key) : `${at}.${key}`);
  if (Array.isArray(value)) return value.map((item, index) => mapStrings(item, files, map, below(index)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapStrings(item, files, map, below(key))]),
  );
}
