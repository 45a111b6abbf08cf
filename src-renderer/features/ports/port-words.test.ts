import { describe, expect, it } from 'vitest';
import type { PortOwner, PortStatus } from '../../../src-shared/model/ports.ts';
import { copyLines, type LineFacts } from './copy-lines.ts';
import { guessName, hostAddress, outsideAddresses, portWord, triedMapping, webAddress } from './port-words.ts';

const port = (part: Partial<PortStatus>): PortStatus => ({
  name: 'x',
  protocol: 'tcp',
  guest: 1000,
  host: 40000,
  bind: '127.0.0.1',
  state: 'mapped',
  failure: null,
  ...part,
});

const owner: PortOwner = { pid: 12, program: 'nginx', commandLine: 'nginx', uid: 0, instance: null };
const facts: LineFacts = { id: 'demo', login: null, hasScp: true };
const linux: LineFacts = { id: 'lin', login: { user: 'root', identityFile: '/h/a b/id' }, hasScp: false };
const line = (part: Partial<PortStatus>, id: string, of = facts) =>
  copyLines(port(part), of).find((candidate) => candidate.id === id)?.text;

describe('ports', () => {
  it('have an address once they have a number', () => {
    expect(hostAddress(port({}))).toBe('127.0.0.1:40000');
    expect(hostAddress(port({ bind: '0.0.0.0' }))).toBe('127.0.0.1:40000');
    expect(hostAddress(port({ host: null }))).toBeNull();
    expect(outsideAddresses(port({ bind: '0.0.0.0' }), ['10.0.0.5'])).toEqual(['10.0.0.5:40000']);
    expect(outsideAddresses(port({ bind: '10.0.0.9' }), ['10.0.0.5'])).toEqual(['10.0.0.9:40000']);
  });

  it('are offered to a browser when they look like a web server, or answered like one', () => {
    expect(webAddress(port({}))).toBeNull();
    expect(webAddress(port({ guest: 8080 }))).toBe('http://127.0.0.1:40000/');
    expect(webAddress(port({ guest: 443 }))).toBe('https://127.0.0.1:40000/');
    expect(webAddress(port({ name: 'webui', guest: 1234 }))).toBe('http://127.0.0.1:40000/');
    expect(webAddress(port({ guest: 80, protocol: 'udp' }))).toBeNull();
    expect(webAddress(port({ state: 'answering', answer: 'HTTP/1.1 404 Not Found' }))).toBe('http://127.0.0.1:40000/');
    expect(webAddress(port({ state: 'answering', answer: 'TLS' }))).toBe('https://127.0.0.1:40000/');
    expect(webAddress(port({ guest: 80, state: 'answering', answer: 'SSH-2.0-x' }))).toBeNull();
    expect(webAddress(port({ guest: 80, state: 'pending' }))).toBeNull();
  });

  it('are said in words, with what answered and who has them', () => {
    expect(portWord(port({ state: 'answering', answer: 'SSH-2.0-x' }))).toBe('answers: SSH-2.0-x');
    expect(portWord(port({ protocol: 'udp' }))).toContain('UDP');
    const busy = { code: 'port_busy', message: '' } as const;
    expect(portWord(port({ state: 'failed', failure: busy, owner }))).toBe('taken by nginx (pid 12)');
    const guest = { ...owner, instance: { id: 'a', name: 'Build' } };
    expect(portWord(port({ state: 'failed', failure: busy, owner: guest }))).toContain('the guest “Build”');
    expect(portWord(port({ state: 'failed', failure: busy, owner: null }))).toBe('taken by another program');
  });

  it('get a name nobody has', () => {
    expect(guessName(22, [])).toBe('ssh');
    expect(guessName(22, ['ssh', 'ssh-2'])).toBe('ssh-3');
    expect(guessName(9999, [])).toBe('port-9999');
  });

  it('are tried as soon as there is something to try', () => {
    const row = { name: '', protocol: 'tcp', guest: '', host: '8080', bind: '127.0.0.1' } as const;
    expect(triedMapping(row)).toEqual({ name: '', protocol: 'tcp', guest: 1, host: 8080, bind: '127.0.0.1' });
    expect(triedMapping({ ...row, host: '' })?.host).toBeNull();
    expect(triedMapping({ ...row, host: '80a' })).toBeNull();
    expect(triedMapping({ ...row, host: '70000' })).toBeNull();
    expect(triedMapping({ ...row, bind: '127.0.0' })).toBeNull();
  });
});

describe('lines to copy', () => {
  it('of ssh: the login that is known, a config block, and VS Code by the name in it', () => {
    expect(line({ guest: 22 }, 'ssh', linux)).toBe(
      "ssh -p 40000 -i '/h/a b/id' -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@127.0.0.1",
    );
    expect(line({ guest: 22 }, 'send', linux)).toMatch(/^ssh .* root@127\.0\.0\.1 'cat > \/tmp\/FILE' < FILE$/);
    expect(line({ guest: 22 }, 'scp', linux)).toBeUndefined();
    expect(line({ guest: 22 }, 'scp')).toMatch(/^scp -P 40000 .* FILE root@127\.0\.0\.1:\/tmp\/$/);
    expect(line({ guest: 22 }, 'config', linux)).toBe(
      'Host slipway-lin\n  HostName 127.0.0.1\n  Port 40000\n  User root\n  IdentityFile "/h/a b/id"\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n',
    );
    expect(line({ guest: 22 }, 'code', linux)).toBe('code --remote ssh-remote+slipway-lin /');
    expect(line({ state: 'answering', answer: 'SSH-2.0-x' }, 'ssh')).toContain('root@127.0.0.1');
    expect(line({ guest: 22, state: 'answering', answer: 'HTTP/1.0 200' }, 'ssh')).toBeUndefined();
  });

  it('of the others: curl for the web, nc for what is neither, nothing for what is not mapped', () => {
    expect(line({ guest: 80 }, 'curl')).toBe('curl -i http://127.0.0.1:40000/');
    expect(line({ guest: 443 }, 'curl')).toBe('curl -ik https://127.0.0.1:40000/');
    expect(line({}, 'nc')).toBe('nc 127.0.0.1 40000');
    expect(line({ protocol: 'udp' }, 'nc')).toBe('nc -u 127.0.0.1 40000');
    expect(copyLines(port({ state: 'failed' }), facts)).toEqual([]);
    expect(copyLines(port({ state: 'pending' }), facts)).toEqual([]);
  });
});
