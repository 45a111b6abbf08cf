/**
 * Reads what `apt-cache show` prints: package records and the names they depend on.
 *
 * Format: https://www.debian.org/doc/debian-policy/ch-controlfields.html
 * Pure.
 */

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** Names only; of alternatives (`a | b`) the first, which is what apt would choose on a bare system. */
  readonly depends: readonly string[];
  /** Those of `depends` that must have this package's very version: other parts of the same build. */
  readonly parts: readonly string[];
  /** Size of the archive file in bytes; 0 when the record has none (an installed package that no source offers). */
  readonly sizeBytes: number;
  /** Absent when no source offers this version for download. */
  readonly sha256?: string;
}

/** All records in `text`; a record without a name or a version is left out. */
export function parsePackageRecords(text: string): DebianPackage[] {
  return text
    .split(/\n{2,}/)
    .map(parseFields)
    .flatMap((fields) => {
      const name = fields.get('package');
      const version = fields.get('version');
      if (name === undefined || version === undefined) return [];
      const sha256 = fields.get('sha256');
      const depends = [fields.get('pre-depends'), fields.get('depends')].flatMap((list) => dependencies(list ?? ''));
      return {
        name,
        version,
        depends: depends.map((dependency) => dependency.name),
        parts: depends.filter(({ exactly }) => exactly === version).map((dependency) => dependency.name),
        sizeBytes: Number(fields.get('size') ?? 0),
        ...(sha256 === undefined ? {} : { sha256 }),
      };
    });
}

function parseFields(record: string): Map<string, string> {
  const fields = new Map<string, string>();
  let last: string | undefined;
  for (const line of record.split('\n')) {
    const start = /^([!-9;-~]+):\s*(.*)$/.exec(line);
    if (start?.[1] !== undefined) {
      last = start[1].toLowerCase();
      fields.set(last, start[2] ?? '');
    } else if (last !== undefined) {
      fields.set(last, `${fields.get(last) ?? ''}\n${line.trim()}`);
    }
  }
  return fields;
}

function dependencies(list: string): { readonly name: string; readonly exactly: string | undefined }[] {
  return list.split(',').flatMap((item) => {
    const [, name, exactly] = /^([a-z0-9][a-z0-9+.-]*)(?::\w+)?(?:\s*\(=\s*([^)\s]+)\s*\))?/.exec(item.trim()) ?? [];
    return name === undefined ? [] : [{ name, exactly }];
  });
}
