/**
 * The QMP commands Slipway uses, each with its reply checked and turned into our words. Shapes: QEMU's
 * docs/interop/qemu-qmp-ref. Members we do not use are dropped; new ones do no harm.
 *
 * All throw what QmpExecutor.execute throws, and `qmp_error` for a reply of another shape.
 */
import * as z from 'zod';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { QmpArguments, QmpExecuteOptions, QmpExecutor } from './client.ts';

async function ask<S extends z.ZodType>(
  qmp: QmpExecutor,
  command: string,
  schema: S,
  args?: QmpArguments,
  options?: QmpExecuteOptions,
): Promise<z.output<S>> {
  const parsed = schema.safeParse(await qmp.execute(command, args, options));
  if (parsed.success) return parsed.data;
  throw new SlipwayError('qmp_error', `QEMU answered ${command} in a way Slipway does not know.`, {
    raw: parsed.error.message,
  });
}

const nothing = z.unknown().transform(() => undefined);

const statusSchema = z.object({
  running: z.boolean(),
  /** RunState: `running`, `paused`, `prelaunch`, `shutdown`, `guest-panicked`, `internal-error`, `io-error`, … */
  status: z.string(),
});
export type QmpStatus = Readonly<z.infer<typeof statusSchema>>;

export const queryStatus = (qmp: QmpExecutor, options?: QmpExecuteOptions): Promise<QmpStatus> =>
  ask(qmp, 'query-status', statusSchema, undefined, options);

/** Lower case; all zeros if QEMU was started without `-uuid`. */
export const queryUuid = (qmp: QmpExecutor, options?: QmpExecuteOptions): Promise<string> =>
  ask(qmp, 'query-uuid', z.object({ UUID: z.string() }), undefined, options).then(({ UUID }) => UUID.toLowerCase());

/** null: started without `-name`. */
export const queryName = (qmp: QmpExecutor, options?: QmpExecuteOptions): Promise<string | null> =>
  ask(qmp, 'query-name', z.object({ name: z.string().optional() }), undefined, options).then(
    ({ name }) => name ?? null,
  );

const versionSchema = z
  .object({
    qemu: z.object({ major: z.number(), minor: z.number(), micro: z.number() }),
    package: z.string(),
  })
  .transform(({ qemu, package: packageName }) => ({ ...qemu, package: packageName }));
export type QmpVersion = Readonly<z.infer<typeof versionSchema>>;

export const queryVersion = (qmp: QmpExecutor, options?: QmpExecuteOptions): Promise<QmpVersion> =>
  ask(qmp, 'query-version', versionSchema, undefined, options);

const kvmSchema = z.object({ present: z.boolean(), enabled: z.boolean() });
const acceleratorsSchema = z.object({ enabled: z.string(), present: z.array(z.string()) });
export type QmpKvm = Readonly<z.infer<typeof kvmSchema>>;

/**
 * `enabled`: this guest runs on KVM. That it says so does not mean that it runs. A QEMU that has the newer command
 * may say good-bye to the older one, so the newer one is asked first; not having it is an answer.
 */
export async function queryKvm(qmp: QmpExecutor, options?: QmpExecuteOptions): Promise<QmpKvm> {
  try {
    const { enabled, present } = await ask(qmp, 'query-accelerators', acceleratorsSchema, undefined, options);
    return { enabled: enabled === 'kvm', present: present.includes('kvm') };
  } catch (error) {
    if (!(error instanceof SlipwayError && error.failure.cause === 'CommandNotFound')) throw error;
    return ask(qmp, 'query-kvm', kvmSchema, undefined, options);
  }
}

const blockSchema = z
  .object({
    device: z.string(),
    qdev: z.string().optional(),
    removable: z.boolean(),
    'io-status': z.string().optional(),
    inserted: z
      .object({ file: z.string(), drv: z.string(), ro: z.boolean(), backing_file: z.string().optional() })
      .optional(),
  })
  .transform((block) => ({
    /** The backend's name (`-drive id=`); empty with `-blockdev`. */
    device: block.device,
    /** Path or id of the guest's device, null if none uses it. */
    qdev: block.qdev ?? null,
    removable: block.removable,
    /** `ok`, `failed`, `nospace`; null if the device does not say. */
    ioStatus: block['io-status'] ?? null,
    /** null: an empty drive. */
    inserted:
      block.inserted === undefined
        ? null
        : {
            file: block.inserted.file,
            driver: block.inserted.drv,
            readOnly: block.inserted.ro,
            backingFile: block.inserted.backing_file ?? null,
          },
  }));
export type QmpBlock = Readonly<z.infer<typeof blockSchema>>;

export const queryBlock = (qmp: QmpExecutor, options?: QmpExecuteOptions): Promise<QmpBlock[]> =>
  ask(qmp, 'query-block', z.array(blockSchema), undefined, options);

export const stop = (qmp: QmpExecutor, options?: QmpExecuteOptions): Promise<void> =>
  ask(qmp, 'stop', nothing, undefined, options);

export const cont = (qmp: QmpExecutor, options?: QmpExecuteOptions): Promise<void> =>
  ask(qmp, 'cont', nothing, undefined, options);

/** Same process, same images, from the firmware on. */
export const systemReset = (qmp: QmpExecutor, options?: QmpExecuteOptions): Promise<void> =>
  ask(qmp, 'system_reset', nothing, undefined, options);

/** Presses the power button. Succeeds whether or not the guest cares. */
export const systemPowerdown = (qmp: QmpExecutor, options?: QmpExecuteOptions): Promise<void> =>
  ask(qmp, 'system_powerdown', nothing, undefined, options);

/** Ends QEMU. That the connection ends before the reply is read is success too. */
export async function quit(qmp: QmpExecutor, options?: QmpExecuteOptions): Promise<void> {
  try {
    await qmp.execute('quit', undefined, options);
  } catch (error) {
    if (!(error instanceof SlipwayError && error.code === 'connection_lost')) throw error;
  }
}

/** A break condition on what is connected to a chardev. */
export const sendBreak = (qmp: QmpExecutor, chardev: string, options?: QmpExecuteOptions): Promise<void> =>
  ask(qmp, 'chardev-send-break', nothing, { id: chardev }, options);

const chardevSchema = z.object({
  label: z.string(),
  filename: z.string(),
  /** A device, a monitor or the gdb stub has it open. */
  'frontend-open': z.boolean().default(false),
});

/** Chardevs by name, each with where it leads (`disconnected:unix:PATH,server=on`). */
export const queryChardevs = (
  qmp: QmpExecutor,
  options?: QmpExecuteOptions,
): Promise<readonly Readonly<z.infer<typeof chardevSchema>>[]> =>
  ask(qmp, 'query-chardev', z.array(chardevSchema), undefined, options);

/** A socket that QEMU listens on, waiting for nobody. `path` is relative to QEMU's working directory. */
export const addSocketChardev = (
  qmp: QmpExecutor,
  id: string,
  where: { readonly path: string } | { readonly host: string; readonly port: number },
  options?: QmpExecuteOptions,
): Promise<void> => {
  const addr =
    'path' in where
      ? { type: 'unix', data: { path: where.path } }
      : { type: 'inet', data: { host: where.host, port: String(where.port) } };
  const backend = { type: 'socket', data: { addr, server: true, wait: false } };
  return ask(qmp, 'chardev-add', nothing, { id, backend }, options);
};

/** Runs a line of the human monitor. Its failures are text in the reply, not errors: see hmp.ts. Lines end with CR LF. */
export const humanMonitorCommand = (
  qmp: QmpExecutor,
  line: string,
  {
    processor = null,
    ...options
  }: QmpExecuteOptions & { /** Whose view is asked for. */ readonly processor?: number | null } = {},
): Promise<string> => {
  const args = { 'command-line': line, ...(processor === null ? {} : { 'cpu-index': processor }) };
  return ask(qmp, 'human-monitor-command', z.string(), args, options);
};

export interface ScreendumpOptions extends QmpExecuteOptions {
  /** Absolute: QEMU writes it, with its own rights and in its own working directory. */
  readonly filename: string;
  /** `png` is known from QEMU 7.1 on, where it was built with libpng. */
  readonly format: 'ppm' | 'png';
}

/** A picture of the first display. `qmp_error` if the machine has none. */
export const screendump = (qmp: QmpExecutor, options: ScreendumpOptions): Promise<void> => {
  const { filename, format } = options;
  // An older QEMU refuses the argument even when it asks for what it would do anyway.
  return ask(qmp, 'screendump', nothing, format === 'ppm' ? { filename } : { filename, format }, options);
};
