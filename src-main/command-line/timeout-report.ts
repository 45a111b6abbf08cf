/** What is said when a guest was not ready in time: what was met, how it is reached, what slows it down, what to do. */
import type { InstanceView } from '../../src-shared/model/instance.ts';
import type { CommandContext } from './context.ts';
import { commandName } from './terminal-output.ts';

const networks: Readonly<Record<string, string>> = {
  user: 'is behind user-mode networking, with mapped ports',
  tap: 'is on a tap interface',
  none: 'has no network, so that it can never answer',
  auto: 'has whatever network was found',
};

/** One fact a line; empty when no process is left to say anything of. */
export async function timeoutReport(
  view: InstanceView,
  met: readonly string[],
  context: CommandContext,
): Promise<string[]> {
  if (!view.status.processLives) return [];
  const { acceleration, pid } = view.status;
  const name = commandName(view);
  return [
    ...(met.length === 0 ? [] : ['What was met on the way:', ...met.map((text, index) => `    ${index + 1}: ${text}`)]),
    `The emulator process is still running (pid ${pid}).`,
    `The guest ${networks[await networkOf(view, context)] ?? networks.auto}.`,
    ...(acceleration === null ? [] : [accelerationLine(acceleration)]),
    `Watch it: slipway logs --follow ${name}   End it: slipway stop ${name}`,
    `Give it longer: slipway start ${name} --startup-timeout SECONDS`,
  ];
}

function accelerationLine({ accelerator, reason }: NonNullable<InstanceView['status']['acceleration']>): string {
  return accelerator === 'tcg'
    ? `Hardware acceleration is off, and everything takes many times longer. ${reason}`
    : `Hardware acceleration is on (${accelerator}).`;
}

/** `auto` came to something; only what is shown of the running guest knows to what. */
async function networkOf({ id, guestKind }: InstanceView, { client }: CommandContext): Promise<string> {
  const { spec } = await client.call('instance.show', { id });
  if (guestKind !== 'fuchsia' || spec.host.networking !== 'auto') return spec.host.networking;
  const { sections } = await client.call('fuchsia.show', { id }).catch(() => ({ sections: [] }));
  const net = sections.map((section) => section.Net).find((found) => typeof found === 'object' && found !== null);
  const mode: unknown = net !== undefined && net !== null && 'mode' in net ? net.mode : null;
  return typeof mode === 'string' ? mode : 'auto';
}
