/**
 * The images of a guest for a script: files that are only read stay where they are, and what staging would make is made
 * by a few lines in a working directory.
 */
import { join } from 'node:path';
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import type { Architecture, FirmwareDescription } from '../../../../../src-shared/model/engine.ts';
import type { PlainSpec } from '../../../../../src-shared/model/spec.ts';
import { type LinuxGuestFiles, layoutOf, type WorkItem } from '../../../staging/layout.ts';
import type { StagedImages } from '../../../staging/staged-images.ts';
import { spellWord, variableMark } from './script-words.ts';

export interface ScriptFacts {
  readonly assetsDirectory: string;
  readonly linuxGuest: LinuxGuestFiles | null;
  firmware(architecture: Architecture): FirmwareDescription | null;
  formatOf(path: string): string;
}

export interface ScriptImages {
  /** With marks for the script's variables. */
  readonly staged: StagedImages;
  /** `NAME=…` lines, in the order of the options. */
  readonly variables: readonly { readonly name: string; readonly path: string }[];
  /** What makes the images in the working directory. */
  readonly preparations: readonly string[];
  readonly notes: readonly string[];
}

/** @throws SlipwayError `guest_unavailable` for Slipway's Linux guest before it was built, and for missing firmware. */
export function scriptImages(spec: PlainSpec, facts: ScriptFacts): ScriptImages {
  if (spec.guest.kind === 'linux' && facts.linuxGuest === null) {
    throw new SlipwayError(
      'guest_unavailable',
      "Slipway's Linux guest is not built yet, so there are no files to name.",
      {
        hint: 'Boot it once, then export it.',
        field: 'guest.kind',
      },
    );
  }
  const work = variableMark('WORK');
  const { images, work: items } = layoutOf(spec, { staged: work }, facts);
  const variables: { name: string; path: string }[] = [];
  const preparations: string[] = [];
  const replaced = new Map<string, string>();
  const notes: string[] = [];
  const named = (name: string, path: string): string => {
    // Two variables for one file would let them drift apart.
    const there = variables.find((variable) => variable.path === path);
    if (there === undefined) variables.push({ name, path });
    return variableMark(there?.name ?? name);
  };
  for (const item of items) {
    const name = variableOf(item);
    const target = join(work, item.target);
    if (item.method === 'append-key') {
      replaced.set(target, named(name, item.source));
      notes.push(
        'The Linux guest has no ssh key in the script: only Slipway puts yours into it. Log in on the console.',
      );
    } else if (item.method === 'copy' && !item.guestWrites && item.outputFormat === item.sourceFormat) {
      replaced.set(target, named(name, item.source));
    } else {
      preparations.push(preparation(item, named(name, item.source), target));
    }
  }
  const direct = (path: string, name: string) =>
    replaced.get(path) ?? (path.startsWith(work) ? path : named(name, path));
  const staged: StagedImages = {
    ...images,
    kernel: images.kernel === null ? null : direct(images.kernel, 'KERNEL'),
    initrd: images.initrd === null ? null : direct(images.initrd, 'INITRD'),
    bios: images.bios === null ? null : direct(images.bios, 'FIRMWARE'),
    pflash:
      images.pflash === null
        ? null
        : {
            ...images.pflash,
            code: inProperty(direct(images.pflash.code, 'FIRMWARE'), variables),
            variables:
              images.pflash.variables === null
                ? null
                : inProperty(direct(images.pflash.variables, 'FIRMWARE_VARS'), variables),
          },
    efiDirectory:
      images.efiDirectory === null ? null : inProperty(direct(images.efiDirectory, 'EFI_DIRECTORY'), variables),
    disks: images.disks.map((disk, index) => ({
      ...disk,
      path: inProperty(direct(disk.path, `DISK${index}`), variables),
    })),
  };
  return { staged, variables, preparations, notes };
}

/** QEMU reads a comma in a property as its end; the shell cannot double those of a variable, so the path stands itself. */
function inProperty(path: string, variables: readonly { name: string; path: string }[]): string {
  const variable = variables.find(({ name }) => path === variableMark(name));
  return variable?.path.includes(',') === true ? variable.path : path;
}

function variableOf({ slot, field }: WorkItem): string {
  const disk = /^disk-(\d+)$/.exec(slot)?.[1];
  if (disk !== undefined) return `DISK${disk}`;
  const names: Readonly<Record<string, string>> = {
    kernel: 'KERNEL',
    initrd: 'INITRD',
    bios: 'FIRMWARE',
    code: 'FIRMWARE',
  };
  return names[slot] ?? (field.includes('variables') || slot.includes('variables') ? 'FIRMWARE_VARS' : 'FILE');
}

function preparation(item: WorkItem, source: string, target: string): string {
  const [from, to] = [spellWord(source), spellWord(target)];
  const unless = `[ -e ${to} ] ||`;
  if (item.method === 'overlay')
    return `${unless} qemu-img create -q -f qcow2 -F ${item.sourceFormat} -b ${from} ${to}`;
  if (item.outputFormat === item.sourceFormat) return `${unless} cp ${from} ${to}`;
  return `${unless} qemu-img convert -f ${item.sourceFormat} -O ${item.outputFormat} ${from} ${to}`;
}
