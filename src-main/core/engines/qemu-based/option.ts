/**
 * Spells the values of QEMU options such as `-device`, `-blockdev`, `-chardev` and `-netdev`: `driver,key=value,…`.
 * The one place that knows the escaping: a comma inside a value is doubled, nothing else is special. Must never be
 * bypassed by gluing text together.
 *
 * Format: QEMU's `util/qemu-option.c` (get_opt_value) and `util/keyval.c` share this rule.
 */

export type OptionValue = string | number | boolean;

/** A value as it stands after `key=`. */
export function escapeOptionValue(value: string): string {
  return value.replaceAll(',', ',,');
}

/**
 * `first` is the value of the option's implied key (`pipe`, `virtio-blk-pci`), or null when it has none. Properties keep
 * their order; null and undefined leave a property out; booleans are `on` and `off`, the spelling every QEMU version takes.
 *
 * @throws Error on a key or a first value that is not a plain word: those are ours and never come from a user.
 */
export function option(
  first: string | null,
  properties: Readonly<Record<string, OptionValue | null | undefined>> = {},
): string {
  const parts: string[] = [];
  if (first !== null) parts.push(plainWord(first));
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    parts.push(`${plainWord(key)}=${spell(value)}`);
  }
  return parts.join(',');
}

/**
 * A property list that a person typed (`q35,smm=off`), followed by properties of ours. The typed part is already in
 * QEMU's syntax and stays as it is.
 */
export function extendOption(
  typed: string,
  properties: Readonly<Record<string, OptionValue | null | undefined>>,
): string {
  const added = option(null, properties);
  return added === '' ? typed : `${typed},${added}`;
}

function spell(value: OptionValue): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return escapeOptionValue(String(value));
}

function plainWord(word: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(word))
    throw new Error(`not a plain QEMU option word: ${JSON.stringify(word)}`);
  return word;
}
