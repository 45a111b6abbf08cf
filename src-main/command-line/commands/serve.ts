/** `slipway serve`: the page on loopback, until it is stopped. */
import { parseArgs } from 'node:util';
import { serveWebFace } from '../../headless/web.ts';
import type { CommandContext, ExitCode } from '../context.ts';
import { UsageError } from '../usage.ts';

export async function serve(args: string[], context: CommandContext, page: string): Promise<ExitCode> {
  const { values } = parseArgs({ args, options: { port: { type: 'string' }, 'allow-power': { type: 'boolean' } } });
  const port = Number(values.port ?? '0');
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new UsageError('--port takes a port number');
  const web = await serveWebFace({ service: context.service, page, port, allowPower: values['allow-power'] ?? false });
  context.output.result(
    { url: web.url },
    `Slipway is at ${web.url}\nWhoever has this address has your guests. Ctrl-C stops serving; guests run on.`,
  );
  await aborted(context.signal);
  await web.close();
  return 0;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
