import { describe, expect, it } from 'vitest';
import { specSchema } from '../../../src-shared/model/spec.ts';
import type { ClientIdentity } from './client.ts';
import { demandPower, powersOf } from './power.ts';

const spec = (more: object) =>
  specSchema.parse({
    version: 1,
    id: 'demo',
    createdAt: '2026-01-01T00:00:00.000Z',
    name: 'demo',
    guest: { kind: 'demo' },
    ...more,
  });

const program = spec({ runtime: { binary: '/opt/qemu' } });
const fuchsia = (guest: object) =>
  spec({ guest: { kind: 'fuchsia', source: { from: 'bundle', directory: '/b' }, ...guest } });
const powerful = [
  [
    'a port beyond loopback',
    spec({ host: { ports: [{ name: 'ssh', protocol: 'tcp', guest: 22, host: null, bind: '0.0.0.0' }] } }),
  ],
  ['arguments of its own', spec({ runtime: { extraArguments: '-trace all' } })],
  ['a binary of its own', program],
  ['a file for the machine to write', spec({ device: { machine: 'virt,dumpdtb=/home/me/.profile' } })],
  ['a file without a slash for the machine to write', spec({ device: { machine: 'virt,dumpdtb=name' } })],
  ['a property of a machine that nobody knows', spec({ device: { machine: 'q35,smm=off,tomorrow=x' } })],
  ['a file by a property of the display', spec({ device: { display: 'virtio-vga,romfile=name' } })],
  ['a file by a property of the network card', spec({ host: { networkDevice: 'e1000,romfile=name' } })],
  ['an image that is written in place', spec({ guest: { kind: 'disk', disks: [{ file: '/d', access: 'direct' }] } })],
  ['a readiness command', spec({ runtime: { readiness: [{ kind: 'command', arguments: ['touch', '/tmp/x'] }] } })],
  ['a gdb stub on a port', spec({ runtime: { debug: { gdb: { port: 1234 } } } })],
  ['a flag template', fuchsia({ source: { from: 'template', template: '/t.hbs' } })],
  ['a dev-config', fuchsia({ devConfig: '/dev.json' })],
  ['edited flags', fuchsia({ flags: { args: ['-s'], envs: {}, features: [], kernel_args: [], options: [] } })],
  ['an upscript', fuchsia({ upscript: '/up.sh' })],
] as const;

function client(more: Partial<ClientIdentity>): ClientIdentity {
  return { trust: 'page', face: 'web', allowPower: false, abilities: {}, ...more };
}

describe('power', () => {
  it('asks nothing of a request that stays within the form and the machine', () => {
    expect(powersOf(spec({}))).toEqual([]);
    expect(powersOf(fuchsia({}))).toEqual([]);
    expect(powersOf(spec({ runtime: { debug: { gdb: { port: null } } } }))).toEqual([]);
    for (const machine of ['q35', 'q35,smm=off', 'type=virt,gic-version=3,virtualization=on', 'pc-i440fx-7.2'])
      expect(powersOf(spec({ device: { machine } }))).toEqual([]);
    const plain = { display: 'virtio-vga,xres=800', networkDevice: 'e1000,mac=52:54:00:12:34:56' };
    const { networkDevice, display } = plain;
    expect(powersOf(spec({ device: { display }, host: { networkDevice } }))).toEqual([]);
    for (const access of ['overlay', 'copy', 'read-only'])
      expect(powersOf(spec({ guest: { kind: 'disk', disks: [{ file: '/d', access }] } }))).toEqual([]);
  });

  it.each(powerful)('%s is refused to a page in a browser', async (_, request) => {
    await expect(demandPower(client({}), request)).rejects.toMatchObject({ code: 'not_permitted' });
  });

  it.each(powerful)('%s is allowed with --allow-power, and to the user', async (_, request) => {
    await expect(demandPower(client({ allowPower: true }), request)).resolves.toBeUndefined();
    await expect(demandPower(client({ trust: 'user' }), request)).resolves.toBeUndefined();
  });

  it.each(powerful)('%s is asked for natively, and a no is a no', async (_, request) => {
    const window = (answer: boolean) => client({ face: 'window', abilities: { confirm: async () => answer } });
    await expect(demandPower(window(true), request)).resolves.toBeUndefined();
    await expect(demandPower(window(false), request)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('does not ask again for what was decided, and asks for what has changed', async () => {
    const asked: string[] = [];
    const window = client({
      abilities: {
        confirm: async ({ detail }) => {
          asked.push(detail);
          return true;
        },
      },
    });
    await demandPower(window, program, program);
    expect(asked).toEqual([]);
    await demandPower(window, spec({ runtime: { binary: '/opt/other' } }), program);
    expect(asked).toEqual(['/opt/other']);
  });

  it('shows all of it: nothing is hidden, turned around or pushed out of sight', async () => {
    let shown = '';
    const window = client({
      abilities: {
        confirm: async ({ detail }) => {
          shown = detail;
          return true;
        },
      },
    });
    const extraArguments = `-snapshot${'\n'.repeat(500)}\u202e-trace\u0000all`;
    await demandPower(window, spec({ runtime: { extraArguments } }));
    expect(shown).toContain('-snapshot\n\\u{202e}-trace\\u{0}all');
  });
});
