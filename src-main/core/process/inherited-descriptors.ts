/**
 * Files this process was itself started with and would pass on. Node marks what it opens, and what it finds open at its
 * start up to the first gap; a pipe that a shell or a build runner left at a higher number would be held open by the
 * guest for as long as it runs, and whoever waits for that pipe's end with it.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** O_CLOEXEC in the `flags` line of `/proc/<pid>/fdinfo/<n>`, which is octal; see proc(5). */
const closeOnExec = 0o2000000;

/** Numbers above 2 that an exec would not close. Empty where there is no `/proc`. */
export function inheritableDescriptors(): number[] {
  let names: string[];
  try {
    names = readdirSync('/proc/self/fdinfo');
  } catch {
    return [];
  }
  return names.map(Number).filter((descriptor) => descriptor > 2 && isInheritable(descriptor));
}

function isInheritable(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0;
  } catch {
    // Closed meanwhile: the listing's own descriptor, for one.
    return false;
  }
}
