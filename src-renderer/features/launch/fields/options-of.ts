/** A table of words as the options of a select, in its order. */
export function optionsOf<V extends string>(words: Readonly<Record<V, string>>): { value: V; label: string }[] {
  const values = Object.keys(words) as V[];
  return values.map((value) => ({ value, label: words[value] }));
}
