/** `--dev-config`: a JSON file of a developer's own additions, on top of everything else. */
import * as z from 'zod';
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import type { EmulatorConfiguration } from '../../../../../src-shared/model/emulator-configuration.ts';
import { checkDocument, readJsonDocument } from '../../../guests/fuchsia/product-bundle-json.ts';

const text = z.string().refine((value) => !value.includes('\0'), 'no NUL');
export const devConfigSchema = z.strictObject({
  /** Emulator arguments, after all others: where QEMU takes the last of two, it is these. */
  args: z.array(text).default([]),
  kernel_args: z.array(text).default([]),
  env: z.record(z.string().regex(/^[A-Za-z_]\w*$/, 'not the name of an environment variable'), text).default({}),
});
export type DevConfig = z.infer<typeof devConfigSchema>;

/** @throws SlipwayError that names the file and the place. An unknown field is an error: nobody but a person writes it. */
export async function readDevConfig(file: string): Promise<DevConfig> {
  const document = await readJsonDocument(file);
  if (!document.ok) throw SlipwayError.from(document.failure);
  const checked = checkDocument(file, document.value, devConfigSchema);
  if (!checked.ok) throw SlipwayError.from(checked.failure);
  const [unknown] = checked.notes;
  if (unknown !== undefined) {
    throw new SlipwayError('invalid_input', `${file}: ${unknown.path}: there is no such field.`, {
      hint: 'A dev-config has "args", "kernel_args" and "env".',
    });
  }
  return checked.value;
}

/** Appends to what the configuration has. Kernel arguments go before the person's own, whose later ones win. Pure. */
export function mergeDevConfig(configuration: EmulatorConfiguration, dev: DevConfig | null): EmulatorConfiguration {
  if (dev === null) return configuration;
  const { runtime } = configuration;
  return {
    ...configuration,
    runtime: {
      ...runtime,
      addl_emu_args: [...runtime.addl_emu_args, ...dev.args],
      addl_kernel_args: [...dev.kernel_args, ...runtime.addl_kernel_args],
      addl_env: { ...runtime.addl_env, ...dev.env },
    },
  };
}
