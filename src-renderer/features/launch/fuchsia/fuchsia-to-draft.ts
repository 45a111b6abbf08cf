/** The Fuchsia part of a form as a draft's guest. Pure; what it cannot say is told to whoever collects problems. */
import type { FileReference } from '../../../../src-shared/model/spec.ts';
import { problemStrings } from '../../../strings/launch-fields.ts';
import type { FuchsiaForm } from './fuchsia-form.ts';

export interface ProblemReport {
  missing(field: string, message: string): void;
  wrong(field: string, message: string): void;
  needed(field: string, file: FileReference | null, what: string): FileReference | null;
}

/** A disk with a boot loader of its own needs no kernel beside it. */
export const bootsByItself = ({ disk, diskKind }: FuchsiaForm): boolean =>
  disk !== null && (diskKind === 'fat' || diskKind === 'gpt');

function source(form: FuchsiaForm, { missing, needed }: ProblemReport): object {
  switch (form.from) {
    case 'bundle':
      return {
        from: 'bundle',
        directory: needed('guest.source.directory', form.directory, problemStrings.what.bundle),
        system: form.system,
        device: form.device,
      };
    case 'template':
      return {
        from: 'template',
        template: needed('guest.source.template', form.template, problemStrings.what.template),
      };
    case 'files': {
      if (form.kernel === null && !bootsByItself(form)) missing('guest.source.kernel', problemStrings.kernelOrDisk);
      return {
        from: 'files',
        kernel: form.kernel,
        zbi: form.zbi,
        disk: form.disk === null ? null : { kind: form.diskKind, file: form.disk },
      };
    }
  }
}

function flags(text: string, { wrong }: ProblemReport): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    wrong('guest.flags', problemStrings.notJson(error instanceof Error ? error.message : String(error)));
    return null;
  }
}

export function guestFromFuchsia(form: FuchsiaForm, report: ProblemReport): object {
  return {
    kind: 'fuchsia',
    source: source(form, report),
    virtualDevice: form.from === 'template' ? null : form.virtualDevice,
    engine: form.engine,
    gpu: form.gpu,
    headless: form.headless,
    hidpiScaling: form.hidpiScaling,
    console: form.console,
    debugger: form.debugger,
    kernelArguments: form.kernelArguments
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
    devConfig: form.devConfig,
    smp: form.smp.trim() === '' ? null : form.smp.trim(),
    serialNumber: form.serialNumber,
    reuse: form.reuse,
    uefi: form.uefi,
    vbmetaKey: form.uefi ? form.vbmetaKey : null,
    vbmetaKeyMetadata: form.uefi ? form.vbmetaKeyMetadata : null,
    upscript: form.upscript,
    verbose: form.verbose,
    flags: flags(form.flags, report),
  };
}

/** Forwards exist in user mode only, and `auto` may come to it. */
export const mapsPorts = (networking: FuchsiaForm['networking']): boolean =>
  networking === 'user' || networking === 'auto';
