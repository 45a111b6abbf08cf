import { join } from 'node:path';
import type { Failure } from '../../../../../src-shared/contract/errors.ts';
import {
  type EmulatorConfiguration,
  type FlagData,
  flagDataSchema,
  isEfi,
} from '../../../../../src-shared/model/emulator-configuration.ts';
import { effectiveKernelArguments, type KernelArguments } from '../../../guests/fuchsia/kernel-arguments.ts';
import { checkDocument, type JsonNote, jsonErrorOffset, placeOf } from '../../../guests/fuchsia/product-bundle-json.ts';
import { readRegularText } from '../../../kit/regular-file.ts';
import { type DevConfig, mergeDevConfig } from './dev-config.ts';
import { renderTemplate } from './render-template.ts';
import { templateContext } from './template-context.ts';

/** A real one has 6 KiB. */
const largestTemplateBytes = 64 * 1024;

export interface FlagTemplate {
  /** For messages: a path, or `default.json.hbs`. */
  readonly name: string;
  readonly text: string;
}

export interface RenderedFlags {
  /** As given, with the dev-config merged and `flags` filled. */
  readonly configuration: EmulatorConfiguration;
  readonly flags: FlagData;
  /** All kernel arguments with their sources; `flags.kernel_args` are the effective ones. */
  readonly kernelArguments: KernelArguments;
  readonly notes: readonly JsonNote[];
}

export type FlagResult =
  | { readonly ok: true; readonly rendered: RenderedFlags }
  | { readonly ok: false; readonly failure: Failure };

/**
 * Pure. A failure names the template with line and column where Handlebars knows them, and the line and column of the
 * result where that is no JSON.
 */
export function renderFlags(input: {
  readonly configuration: EmulatorConfiguration;
  readonly template: FlagTemplate;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly devConfig?: DevConfig | null;
}): FlagResult {
  const { template, environment, devConfig = null } = input;
  const configuration = mergeDevConfig(input.configuration, devConfig);
  const output = renderTemplate(template, templateContext(configuration), environment);
  if (!output.ok) return output;
  const parsed = parseResult(template.name, output.text);
  if (!parsed.ok) return parsed;
  const checked = checkDocument(`${template.name}, its result`, parsed.value, flagDataSchema);
  if (!checked.ok) return checked;
  const problem = unusable(template.name, checked.value);
  if (problem !== null) return { ok: false, failure: problem };
  const kernelArguments = effectiveKernelArguments({
    template: checked.value.kernel_args,
    devConfig: devConfig?.kernel_args ?? [],
    kernelArgs: input.configuration.runtime.addl_kernel_args,
  });
  const flags: FlagData = { ...checked.value, kernel_args: [...kernelArguments.effective] };
  const rendered = { configuration: { ...configuration, flags }, flags, kernelArguments, notes: checked.notes };
  return { ok: true, rendered };
}

/** The file of a configuration's template: the person's own, or one of the built-in two. */
export function templatePath({ guest, runtime }: EmulatorConfiguration, assetsDirectory: string): string {
  if (runtime.template !== null) return runtime.template;
  const name = isEfi(guest) || guest.is_gpt ? 'efi.json.hbs' : 'default.json.hbs';
  return join(assetsDirectory, 'flag-templates', name);
}

/** @throws SlipwayError `file_missing`, `file_unreadable`, `file_not_regular` or, when it is too large, `invalid_input`. */
export async function readFlagTemplate(path: string): Promise<FlagTemplate> {
  const options = { what: 'flag template', mostBytes: largestTemplateBytes };
  return { name: path, text: await readRegularText(path, options) };
}

function parseResult(name: string, text: string): { ok: true; value: unknown } | { ok: false; failure: Failure } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    const { line, column } = placeOf(text, jsonErrorOffset(text));
    const lines = text.split('\n').map((content, index) => `${index + 1}: ${content}`);
    return {
      ok: false,
      failure: {
        code: 'invalid_input',
        message: `${name}: the result is not JSON: line ${line}, column ${column} of the result.`,
        cause: String(error),
        hint: 'Most often a comma is missing, or one too many stands before a bracket.',
        raw: lines.slice(Math.max(0, line - 4), line + 2).join('\n'),
      },
    };
  }
}

/** What no program can be started with. */
function unusable(name: string, flags: FlagData): Failure | null {
  const failure = (what: string): Failure => ({ code: 'invalid_input', message: `${name}, its result: ${what}.` });
  for (const [key, words] of Object.entries(flags)) {
    const values = Array.isArray(words) ? words : Object.values(words);
    const at = values.findIndex((word) => word.includes('\0'));
    if (at >= 0) return failure(`${key}[${at}]: an argument cannot contain NUL`);
  }
  const odd = Object.keys(flags.envs).find((key) => !/^[A-Za-z_]\w*$/.test(key));
  return odd === undefined ? null : failure(`envs: ${JSON.stringify(odd)} is not the name of an environment variable`);
}
