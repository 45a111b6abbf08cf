/** Lines for a terminal that reach a mapped port, each to be copied. Pure; nothing here is ever run by us. */
import { isMapped, type PortStatus } from '../../../src-shared/model/ports.ts';
import { portStrings } from '../../strings/ports.ts';
import { hostAddress, webAddress } from './port-words.ts';

export interface CopyLine {
  readonly id: string;
  readonly label: string;
  readonly text: string;
}

export interface LineFacts {
  /** Of the instance; what the ssh config block is called after. */
  readonly id: string;
  readonly login: { readonly user: string; readonly identityFile: string | null } | null;
  /** Slipway's own Linux guest has an ssh server and no program for the other end of scp. */
  readonly hasScp: boolean;
}

const labels = portStrings.lines;
// The guest's host key is another at every boot, or at least another guest's tomorrow.
const keyOptions = [
  ['StrictHostKeyChecking', 'no'],
  ['UserKnownHostsFile', '/dev/null'],
] as const;

export function copyLines(port: PortStatus, facts: LineFacts): CopyLine[] {
  const address = hostAddress(port);
  if (address === null || !isMapped(port)) return [];
  const lines: CopyLine[] = [{ id: 'address', label: labels.address, text: address }];
  const [host = '', number = ''] = address.split(':');
  const url = webAddress(port);
  if (isSsh(port)) lines.push(...sshLines(host, number, facts));
  else if (url !== null) {
    lines.push({ id: 'url', label: labels.url, text: url });
    // A guest's certificate is its own.
    lines.push({ id: 'curl', label: labels.curl, text: `curl -i${url.startsWith('https') ? 'k' : ''} ${url}` });
  } else if (port.protocol === 'udp') {
    lines.push({ id: 'nc', label: labels.nc, text: `nc -u ${host} ${number}` });
  } else {
    lines.push({ id: 'nc', label: labels.nc, text: `nc ${host} ${number}` });
    lines.push({ id: 'telnet', label: labels.telnet, text: `telnet ${host} ${number}` });
  }
  return lines;
}

export function isSsh(port: Pick<PortStatus, 'protocol' | 'guest' | 'name' | 'answer'>): boolean {
  if (port.protocol !== 'tcp') return false;
  if (port.answer != null) return port.answer.startsWith('SSH-');
  return port.guest === 22 || port.name === 'ssh';
}

function sshLines(host: string, port: string, { id, login, hasScp }: LineFacts): CopyLine[] {
  const user = login?.user ?? 'root';
  const key = login?.identityFile ?? null;
  const options = [
    ...(key === null ? [] : [`-i ${quoteWord(key)}`]),
    ...keyOptions.map(([name, value]) => `-o ${name}=${value}`),
  ].join(' ');
  const alias = `slipway-${id}`;
  const block = [
    `Host ${alias}`,
    `  HostName ${host}`,
    `  Port ${port}`,
    `  User ${user}`,
    ...(key === null ? [] : [`  IdentityFile ${/\s/.test(key) ? `"${key}"` : key}`]),
    ...keyOptions.map(([name, value]) => `  ${name} ${value}`),
  ];
  const ssh = `ssh -p ${port} ${options} ${user}@${host}`;
  return [
    { id: 'ssh', label: labels.ssh, text: ssh },
    hasScp
      ? { id: 'scp', label: labels.scp, text: `scp -P ${port} ${options} FILE ${user}@${host}:/tmp/` }
      : { id: 'send', label: labels.sshFile, text: `${ssh} 'cat > /tmp/FILE' < FILE` },
    { id: 'config', label: labels.sshConfig, text: `${block.join('\n')}\n` },
    // A port can only come from the config: `ssh-remote+` takes a host's name and nothing else.
    { id: 'code', label: labels.code, text: `code --remote ssh-remote+${alias} /` },
  ];
}

/** One word for a POSIX shell; `~/` is left to it on purpose. */
function quoteWord(word: string): string {
  return /^(~\/)?[A-Za-z0-9_@%+=:,./-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
