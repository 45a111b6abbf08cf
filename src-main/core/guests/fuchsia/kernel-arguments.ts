/**
 * The kernel command line a guest gets: the template's entries, and over them those of a person. Pure.
 *
 * ffx's help says that a later `--kernel-args` replaces an earlier one; its code keeps the first. Here the help is
 * right, and what was replaced is kept for showing.
 */

export type KernelArgumentSource = 'template' | 'dev-config' | 'kernel-args';

export interface KernelArgument {
  /** `kernel.halt-on-panic=true`, or a word alone. */
  readonly text: string;
  readonly source: KernelArgumentSource;
  /** The entry that took its place; null for one that is in force. */
  readonly overriddenBy: string | null;
}

export interface KernelArguments {
  /** In force, sorted by code unit as ffx sorts them. */
  readonly effective: readonly string[];
  /** All, in the order of their precedence: the last of a key is the one in force. */
  readonly entries: readonly KernelArgument[];
}

/**
 * Precedence, lowest first: template, `--dev-config` file, `--kernel-args`; within one source the later entry. What a
 * person types at the moment of launch beats what they once put into a file.
 */
export function effectiveKernelArguments(sources: {
  readonly template: readonly string[];
  readonly devConfig?: readonly string[];
  readonly kernelArgs?: readonly string[];
}): KernelArguments {
  const all = [
    ...wordsFrom('template', sources.template),
    ...wordsFrom('dev-config', sources.devConfig ?? []),
    ...wordsFrom('kernel-args', sources.kernelArgs ?? []),
  ];
  const inForce = new Map(all.map((entry) => [keyOf(entry.text), entry]));
  return {
    effective: [...inForce.values()].map(({ text }) => text).sort(),
    entries: all.map((entry) => {
      const winner = inForce.get(keyOf(entry.text));
      // The object counts, not the text: of two equal entries only one is in force.
      return { ...entry, overriddenBy: winner === undefined || winner === entry ? null : winner.text };
    }),
  };
}

/** Zircon splits its command line at white space and knows no quotes, so an entry of two words is two entries. */
function wordsFrom(
  source: KernelArgumentSource,
  entries: readonly string[],
): { readonly text: string; readonly source: KernelArgumentSource }[] {
  return entries.flatMap((entry) => entry.split(/\s+/).filter((word) => word !== '')).map((text) => ({ text, source }));
}

function keyOf(text: string): string {
  return text.split('=', 1)[0] ?? text;
}
