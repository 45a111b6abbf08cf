/** What staging makes, and what it is told while it does: the words that staging and engines share. */
import type { Progress } from '../../../src-shared/model/instance.ts';
import type { Disk } from '../../../src-shared/model/spec.ts';
import type { PreparedFuchsia } from '../guests/fuchsia/prepared-guest.ts';
import type { InstancePaths } from '../home/paths.ts';

export interface StagedDisk {
  /** Absolute path given to QEMU. */
  readonly path: string;
  /** Explicit format, never guessed by QEMU. */
  readonly format: string;
  readonly readOnly: boolean;
  readonly media: Disk['media'];
  readonly interface: Disk['interface'];
  /** As in the Spec; absent is null. */
  readonly place?: number;
  readonly serial?: string;
  /** Dotted path of the disk in the PlainSpec. */
  readonly field: string;
  /** What was done, for the Command and Details views: "overlay on /a/b.qcow2". */
  readonly note: string;
}

/** Every image by absolute path, ready to be opened by QEMU. */
export interface StagedImages {
  readonly kernel: string | null;
  readonly initrd: string | null;
  /** The complete kernel command line. */
  readonly append: string;
  readonly disks: readonly StagedDisk[];
  readonly bios: string | null;
  readonly pflash: {
    readonly code: string;
    readonly variables: string | null;
    readonly variablesFormat: string;
  } | null;
  readonly efiDirectory: string | null;
  /** A Fuchsia guest's: what its flag template is rendered with. */
  readonly fuchsia?: PreparedFuchsia;
}

export interface StagingContext {
  readonly paths: InstancePaths;
  readonly signal: AbortSignal;
  /** At most ten times a second per instance. */
  onProgress(progress: Progress): void;
  /** One call as a named step begins; its end is the next call or the end of staging. */
  onStep(name: string, note: string): void;
}
