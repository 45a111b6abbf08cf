/** `slipway screenshot`: a picture of the guest's first display, as PNG. */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { isErrno } from '../../core/kit/errno.ts';
import type { Command } from '../context.ts';
import { idOrObvious } from '../named-instance.ts';
import { UsageError } from '../usage.ts';

export const screenshot: Command = async (args, context) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { output: { type: 'string', short: 'o' } },
  });
  if (values.output === undefined || values.output === '') throw new UsageError('say where to: --output PATH');
  const path = resolve(context.directory, values.output);
  // Before the guest is asked: a picture that cannot be kept need not be taken.
  await prepare(path, values.output);
  const id = await idOrObvious(positionals, context);
  const { base64 } = await context.client.call('instance.screenshot', { id });
  await writeFile(path, Buffer.from(base64, 'base64')).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  context.output.result({ path }, path);
  return 0;
};

async function prepare(path: string, asTyped: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() || asTyped.endsWith('/')) {
    throw new SlipwayError('invalid_input', `${path} is a directory; a picture is a file.`, {
      hint: `Give its name too: ${path}/screenshot.png`,
    });
  }
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw unwritable(dirname(path), error);
  });
}

function unwritable(path: string, error: unknown): SlipwayError {
  const code = isErrno(error, 'ENOSPC') ? 'disk_full' : 'file_unreadable';
  return new SlipwayError(code, `${path} cannot be written.`, {
    raw: error instanceof Error ? error.message : String(error),
  });
}
