/** Where every file of a Fuchsia guest goes, and how it is made. Decisions only: the same answer serves the preview. */
import { basename, join } from 'node:path';
import type { FirmwareDescription } from '../../../../src-shared/model/engine.ts';
import type { BootFile, BootSources } from '../../guests/fuchsia/boot-sources.ts';
import { filenames } from '../../home/filenames.ts';
import type { InstancePaths } from '../../home/paths.ts';
import type { StagedEntry } from '../../staging/reuse.ts';
import type { PlacedFiles } from './configuration.ts';

export interface FuchsiaWork extends BootFile {
  readonly slot: 'kernel' | 'zbi' | 'disk' | 'variables';
  readonly step: string;
  readonly method: Extract<StagedEntry['method'], 'copy' | 'zbi' | 'fvm' | 'fxfs'>;
  /** File name in `staged/`. */
  readonly target: string;
  readonly guestWrites: boolean;
}

export interface FuchsiaLayout {
  readonly files: PlacedFiles;
  readonly work: readonly FuchsiaWork[];
}

/** `firmware` is asked for only by guests that boot by UEFI. */
export function fuchsiaLayout(
  sources: BootSources,
  paths: Pick<InstancePaths, 'staged'>,
  firmware: FirmwareDescription | null,
): FuchsiaLayout {
  const { kernel, zbi, disk } = sources;
  const work: FuchsiaWork[] = [];
  const taken = new Set<string>([filenames.stagingRecord]);
  const stage = (item: Omit<FuchsiaWork, 'target'>, fallback: string): string => {
    const target = freeName(basename(item.file), fallback, taken);
    taken.add(target);
    work.push({ ...item, target });
    return join(paths.staged, target);
  };
  const staged = {
    kernel:
      kernel === null
        ? null
        : stage({ ...kernel, slot: 'kernel', step: 'stage the kernel', method: 'copy', guestWrites: false }, 'kernel'),
    zbi:
      zbi === null
        ? null
        : stage({ ...zbi, slot: 'zbi', step: 'embed boot data in the ZBI', method: 'zbi', guestWrites: false }, 'zbi'),
    disk: disk === null ? null : stageDisk(disk, stage),
    ovmfCode: firmware?.code ?? null,
    ovmfVariables:
      firmware === null
        ? null
        : stage(
            {
              file: firmware.variables,
              field: 'guest.uefi',
              slot: 'variables',
              step: 'stage the firmware variables',
              method: 'copy',
              guestWrites: true,
            },
            'OVMF_VARS.fd',
          ),
  };
  return { files: { ...staged, zbiHash: '', diskHash: '' }, work };
}

function stageDisk(
  { kind, file, field }: NonNullable<BootSources['disk']>,
  stage: (item: Omit<FuchsiaWork, 'target'>, fallback: string) => string,
): string {
  // As ffx does: an EFI shell's disk is small, and people put programs into it from outside.
  if (kind === 'fat') return file;
  const method = kind === 'gpt' ? 'copy' : kind;
  return stage({ file, field, slot: 'disk', step: 'stage the disk', method, guestWrites: true }, 'disk');
}

/** The bundle's own name where it can be; two files of one name would be one file. */
function freeName(wanted: string, fallback: string, taken: ReadonlySet<string>): string {
  return taken.has(wanted) ? `${fallback}-${wanted}` : wanted;
}
