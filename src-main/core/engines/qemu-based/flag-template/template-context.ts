/** What a flag template sees: the configuration in ffx's spelling, safe to put between the quotes of a JSON string. */
import type { EmulatorConfiguration } from '../../../../../src-shared/model/emulator-configuration.ts';

/**
 * Every text is escaped as the inside of a JSON string. ffx renders without escaping, and a quote in a path breaks its
 * result; a template need not change for this, because all it does with text is to put it between quotes.
 *
 * Maps are sorted by key, so that the order of arguments does not depend on the order in which ports were named.
 */
export function templateContext(configuration: EmulatorConfiguration): unknown {
  const { guest } = configuration;
  // Templates written for ffx before 2026 know the boot image by its older names.
  const zbi = guest.ramdisk?.path ?? null;
  return escapeTexts({ ...configuration, guest: { ...guest, zbi_image: zbi, zbi } });
}

export function jsonText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function escapeTexts(value: unknown): unknown {
  if (typeof value === 'string') return jsonText(value);
  if (Array.isArray(value)) return value.map(escapeTexts);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // Without a prototype: to Handlebars' strict mode `{{constructor}}` of a plain object is there and empty.
  const escaped: Record<string, unknown> = Object.create(null);
  // Handlebars puts the object into its messages, and a template cannot name a symbol.
  Object.defineProperty(escaped, Symbol.toPrimitive, { value: () => 'the configuration' });
  for (const [key, item] of entries) escaped[jsonText(key)] = escapeTexts(item);
  return escaped;
}
