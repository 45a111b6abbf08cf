/** `slipway serve`: the page on loopback, until it is stopped. */
import { parseArgs } from 'node:util';
import { serveAddresses } from '../../headless/address-socket.ts';
import type { HomeService } from '../../headless/home-service.ts';
import { serveWebFace } from '../../headless/web.ts';
import type { CommandContext, ExitCode } from '../context.ts';
import { portNumberOf } from '../option-values.ts';

export async function serve(
  args: string[],
  context: CommandContext,
  service: HomeService,
  page: string,
): Promise<ExitCode> {
  const { values } = parseArgs({ args, options: { port: { type: 'string' }, 'allow-power': { type: 'boolean' } } });
  const port = portNumberOf(values.port ?? '0', '--port', 0);
  const web = await serveWebFace({ service, page, port, allowPower: values['allow-power'] ?? false });
  const addresses = await serveAddresses(context.paths, () => web.newUrl());
  try {
    context.output.result(
      { url: web.url },
      `Slipway is at ${web.url}\nIt opens one tab, once; "slipway address" prints a fresh one. Ctrl-C stops serving; guests run on.`,
    );
    await aborted(context.signal);
  } finally {
    await addresses.close();
    await web.close();
  }
  return 0;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
