/** A form as a draft, or what keeps it from being one. Pure: the same schema that the core uses has the last word. */
import { type Draft, draftSchema, type FileReference } from '../../../src-shared/model/spec.ts';
import { problemStrings } from '../../strings/launch-fields.ts';
import { wordsFor } from './draft-words.ts';
import type { LaunchForm } from './form.ts';
import type { PortForm } from './form-rows.ts';
import { guestFromFuchsia, mapsPorts } from './fuchsia/fuchsia-to-draft.ts';

export interface Problem {
  /** Dotted path into the draft. */
  readonly field: string;
  readonly message: string;
  /** Nothing was filled in yet: said only once a launch was tried. */
  readonly missing: boolean;
}

export type DraftResult =
  | { readonly draft: Draft; readonly problems: readonly [] }
  | { readonly draft: null; readonly problems: readonly Problem[] };

export function draftFromForm(form: LaunchForm): DraftResult {
  const problems: Problem[] = [];
  const missing = (field: string, message: string): void => {
    problems.push({ field, message, missing: true });
  };
  const wrong = (field: string, message: string): void => {
    problems.push({ field, message, missing: false });
  };
  const number = (field: string, text: string, scale = 1): number => {
    const value = Number(text.trim());
    if (text.trim() === '') missing(field, problemStrings.numberNeeded);
    else if (!Number.isFinite(value)) wrong(field, problemStrings.notNumber);
    else return Math.round(value * scale);
    return 0;
  };
  const needed = (field: string, file: FileReference | null, what: string): FileReference | null => {
    if (file === null) missing(field, problemStrings.choose(what));
    return file;
  };
  const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

  // What one kind hides must not keep another from being launched.
  const ownDisks = form.kind === 'demo' || form.kind === 'fuchsia' ? [] : form.disks;
  const disks = ownDisks.map(({ key: _, file, place, serial, ...disk }, index) => ({
    ...disk,
    // Only IDE has places; what was typed for it stays in the form.
    place: disk.interface !== 'ide' || place.trim() === '' ? null : number(`guest.disks.${index}.place`, place),
    serial: orNull(serial),
    file: needed(`guest.disks.${index}.file`, file, problemStrings.what.disk),
  }));
  // What was pasted may boot from its extra arguments.
  if (form.kind === 'disk' && disks.length === 0 && form.extraArguments.trim() === '')
    missing('guest.disks', problemStrings.diskNeeded);
  const guests = {
    demo: () => ({ kind: 'demo', append: form.append }),
    linux: () => ({ kind: 'linux', append: form.append, disks }),
    kernel: () => ({
      kind: 'kernel',
      kernel: needed('guest.kernel', form.kernel, problemStrings.what.kernel),
      initrd: form.initrd,
      append: form.append,
      disks,
    }),
    disk: () => ({ kind: 'disk', disks, firmware: form.diskFirmware }),
    firmware: () => ({
      kind: 'firmware',
      image:
        form.firmwareAs === 'bios'
          ? { as: 'bios', file: needed('guest.image.file', form.image, problemStrings.what.firmware) }
          : {
              as: 'pflash',
              code: needed('guest.image.code', form.code, problemStrings.what.code),
              variables: form.variables,
            },
      efiDirectory: form.efiDirectory,
      disks,
    }),
    fuchsia: () => guestFromFuchsia(form.fuchsia, { missing, wrong, needed }),
  };
  const ports = (rows: readonly PortForm[]) =>
    rows.map((port, index) => ({
      name: port.name.trim(),
      protocol: port.protocol,
      guest: number(`host.ports.${index}.guest`, port.guest),
      host: port.host.trim() === '' ? null : number(`host.ports.${index}.host`, port.host),
      bind: port.bind.trim(),
    }));
  const debug = () => ({
    gdb: form.gdb ? { port: form.gdbPort.trim() === '' ? null : number('runtime.debug.gdb.port', form.gdbPort) } : null,
    startPaused: form.startPaused,
    noReboot: form.noReboot,
    noShutdown: form.noShutdown,
    log: [...form.log],
  });
  const { fuchsia } = form;
  const isFuchsia = form.kind === 'fuchsia';
  const size = isFuchsia ? fuchsia : form;
  const checks = form.checks.map(({ kind, text }) => {
    if (kind === 'serial') return { kind, pattern: text };
    if (kind === 'banner') return { kind, port: text };
    return { kind, arguments: text.split('\n').filter((line) => line !== '') };
  });
  const input = {
    name: form.name,
    group: form.group,
    notes: form.notes,
    architecture: size.architecture,
    guest: guests[form.kind](),
    device: {
      ...(isFuchsia
        ? fuchsia.kept.device
        : {
            machine: orNull(form.machine),
            cpu: orNull(form.cpu),
            serialPorts: number('device.serialPorts', form.serialPorts),
            display: orNull(form.display),
            entropy: form.entropy,
          }),
      memoryMiB: number('device.memoryMiB', size.memoryMiB),
      processors: number('device.processors', size.processors),
    },
    host: {
      acceleration: form.acceleration,
      networking: size.networking,
      networkDevice: isFuchsia ? fuchsia.kept.networkDevice : orNull(form.networkDevice),
      ports: mapsPorts(size.networking) ? ports(size.ports) : [],
    },
    runtime: {
      binary: form.binary,
      debug: isFuchsia ? fuchsia.kept.debug : debug(),
      readiness: form.readiness === 'default' ? null : form.readiness === 'running' ? [] : checks,
      readinessMs: number('runtime.readinessMs', form.readinessSeconds, 1000),
      powerdownMs: number('runtime.powerdownMs', form.powerdownSeconds, 1000),
      extraArguments: form.extraArguments,
      staging: isFuchsia ? fuchsia.kept.staging : form.staging,
      keepBoots: number('runtime.keepBoots', form.keepBoots),
      transcriptMiB: number('runtime.transcriptMiB', form.transcriptMiB),
    },
  };
  const parsed = draftSchema.safeParse(input);
  if (parsed.success && problems.length === 0) return { draft: parsed.data, problems: [] };
  const said = new Set(problems.map((problem) => problem.field));
  for (const issue of parsed.error?.issues ?? []) {
    const field = issue.path.join('.');
    if (said.has(field)) continue;
    said.add(field);
    problems.push({ field, message: wordsFor(issue), missing: field === 'name' && form.name.trim() === '' });
  }
  return { draft: null, problems };
}
