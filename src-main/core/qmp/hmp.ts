/**
 * The few human-monitor commands QMP has no command for. QMP reports success for each of them whatever happened: the text
 * says what did, and it is read here and nowhere else. Texts: QEMU's net/slirp.c.
 */
import { isIPv4 } from 'node:net';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { QmpExecuteOptions, QmpExecutor } from './client.ts';
import { humanMonitorCommand } from './commands.ts';

export interface HostForward {
  /** Id of the `-netdev user`; without it the first one. */
  readonly netdev?: string | undefined;
  readonly protocol: 'tcp' | 'udp';
  /** IPv4 address of the host to listen on, or `localhost`. */
  readonly bind: string;
  /** 0 lets the host choose; `infoUsernet` says what it chose. */
  readonly host: number;
}

export interface NewHostForward extends HostForward {
  readonly guest: number;
  /** IPv4 address in the guest's network; without it the one its DHCP server gives first. */
  readonly guestAddress?: string | undefined;
}

/**
 * `cannot_listen`: the host's port is taken or may not be used. `not_found`: no such rule. `no_network`: no such netdev,
 * or no user-mode network. `rejected`: anything else QEMU says, such as a rule it cannot read.
 */
export type HostForwardResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason: 'cannot_listen' | 'not_found' | 'no_network' | 'rejected';
      /** QEMU's own words. */
      readonly text: string;
    };

/** @throws SlipwayError `invalid_input` for what cannot be part of a rule; what QmpExecutor.execute throws. */
export async function hostfwdAdd(
  qmp: QmpExecutor,
  forward: NewHostForward,
  options?: QmpExecuteOptions,
): Promise<HostForwardResult> {
  const guest = forward.guestAddress === undefined ? '' : address(forward.guestAddress);
  const rule = `${ruleStart(forward)}-${guest}:${port(forward.guest, 1)}`;
  return readHostfwdAdd(await humanMonitorCommand(qmp, line('hostfwd_add', forward, rule), options));
}

/** Connections that exist go on; only listening ends. Throws as `hostfwdAdd` does. */
export async function hostfwdRemove(
  qmp: QmpExecutor,
  forward: HostForward,
  options?: QmpExecuteOptions,
): Promise<HostForwardResult> {
  return readHostfwdRemove(
    await humanMonitorCommand(qmp, line('hostfwd_remove', forward, ruleStart(forward)), options),
  );
}

/** The table of user-mode connections and mappings, as QEMU prints it; empty without such a network. */
export async function infoUsernet(qmp: QmpExecutor, options?: QmpExecuteOptions): Promise<string> {
  return await humanMonitorCommand(qmp, 'info usernet', options);
}

/** Says nothing when it went well. */
export function readHostfwdAdd(text: string): HostForwardResult {
  const said = text.trim();
  return said === '' ? { ok: true } : explain(said);
}

/** Says something either way. */
export function readHostfwdRemove(text: string): HostForwardResult {
  const said = text.trim();
  return / removed$/.test(said) ? { ok: true } : explain(said);
}

function explain(text: string): HostForwardResult {
  if (/^Could not set up host forwarding rule/i.test(text)) return { ok: false, reason: 'cannot_listen', text };
  if (/ not found$/.test(text)) return { ok: false, reason: 'not_found', text };
  if (/unrecognized netdev|not in use/i.test(text)) {
    return { ok: false, reason: 'no_network', text };
  }
  return { ok: false, reason: 'rejected', text };
}

function line(command: string, { netdev }: HostForward, rule: string): string {
  // A monitor line is split at spaces: an id with one in it would be another command's argument.
  if (netdev !== undefined && !/^[A-Za-z][A-Za-z0-9_.-]*$/.test(netdev)) {
    throw new SlipwayError('invalid_input', `Not the id of a network: ${netdev}`);
  }
  return [command, ...(netdev === undefined ? [] : [netdev]), rule].join(' ');
}

function ruleStart({ protocol, bind, host }: HostForward): string {
  return `${protocol}:${address(bind)}:${port(host, 0)}`;
}

/** Never empty on the host's side: that would be every interface. */
function address(text: string): string {
  // QEMU's user network takes numbers only.
  if (text === 'localhost') return '127.0.0.1';
  if (!isIPv4(text)) throw new SlipwayError('invalid_input', `Not an IPv4 address: ${text}`);
  return text;
}

function port(number: number, least: 0 | 1): number {
  if (Number.isInteger(number) && number >= least && number <= 65535) return number;
  throw new SlipwayError('invalid_input', `Not a port: ${number}`);
}
