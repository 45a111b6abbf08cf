/**
 * The part of our environment that a child may see. An allow-list: an Electron app's environment is full of things that
 * change how programs load and behave (LD_PRELOAD, NODE_OPTIONS, tokens), and a guest must boot the same from a window,
 * a terminal and a service.
 */

const allowed: ReadonlySet<string> = new Set([
  // where programs, homes and temporary files are
  'PATH',
  'HOME',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  // language of messages
  'LANG',
  // where a display window and its sound go
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
]);

const allowedPatterns: readonly RegExp[] = [/^LC_[A-Z]+$/, /^(https?|ftp|all|no)_proxy$/i];

/** Pure. `added` wins over what is inherited. */
export function childEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  added: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const inherited = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (allowed.has(entry[0]) || allowedPatterns.some((pattern) => pattern.test(entry[0]))),
  );
  return { ...Object.fromEntries(inherited), ...added };
}
