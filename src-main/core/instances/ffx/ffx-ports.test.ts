import { expect, it } from 'vitest';
import { emulatorConfigurationSchema } from '../../../../src-shared/model/emulator-configuration.ts';
import { parseEngineData } from '../../guests/fuchsia/engine-data.ts';
import { hostForwards, parseUsernetTable } from '../../network/usernet-table.ts';
import { portsOf } from './ffx-ports.ts';
import { specOfFfx } from './ffx-spec.ts';
import { recordOf } from './testing/ffx-emulator.ts';

const portMap = { ssh: { guest: 22, host: null }, http: { guest: 80, host: 8080 } };
const dataOf = (document: object) => {
  const reading = parseEngineData('/i/emu/engine.json', document);
  if (!reading.ok) throw new Error(reading.failure.message);
  return reading.value.data;
};
const configuration = dataOf(recordOf('/i/emu', { portMap })).emulator_configuration;
const netdev = (rules: string) => ['qemu', '-netdev', `type=user,id=net0,${rules}`];

it('ports are what the emulator was told, then what it says', () => {
  const told = portsOf(configuration, netdev('hostfwd=tcp::-:22,hostfwd=tcp:127.0.0.1:8081-:80'), null);
  expect(told).toMatchObject([
    { name: 'ssh', host: null, state: 'pending', bind: '0.0.0.0' },
    { name: 'http', host: 8081, state: 'mapped', bind: '127.0.0.1' },
  ]);
  const table = 'Hub -1 (net0):\r\n  TCP[HOST_FORWARD]  12  *  34785  10.0.2.15  22  0  0\r\n';
  const listed = hostForwards(parseUsernetTable(table));
  expect(portsOf(configuration, netdev('hostfwd=tcp::-:22'), listed)).toMatchObject([
    { name: 'ssh', host: 34785, state: 'mapped', bind: '0.0.0.0' },
    { name: 'http', host: 8080 },
  ]);
});

it('nothing is mapped while nothing runs, or without a user-mode network', () => {
  expect(portsOf(configuration, null, null).map(({ state }) => state)).toEqual(['pending', 'pending']);
  const tap = { host: { ...configuration.host, networking: 'tap' as const } };
  expect(portsOf(emulatorConfigurationSchema.parse({ ...configuration, ...tap }), ['qemu'], null)).toEqual([]);
});

it.each(['2024', '2025', '2026'] as const)('a record of %s is the start of an instance of one’s own', (form) => {
  const origin = { id: 'ffx-emu', name: 'emu', createdAt: new Date(0).toISOString() };
  expect(specOfFfx(origin, dataOf(recordOf('/i/emu', { form, portMap })))).toMatchObject({
    architecture: 'x86_64',
    device: { memoryMiB: 512, processors: 4 },
    host: { acceleration: 'tcg', networking: 'user', ports: [{ name: 'ssh', bind: '127.0.0.1' }, { name: 'http' }] },
    guest: {
      kind: 'fuchsia',
      source: { from: 'files', kernel: '/i/emu/kernel', zbi: '/i/emu/f.zbi', disk: { kind: 'fxfs' } },
    },
  });
  expect(specOfFfx(origin, null).guest.kind).toBe('fuchsia');
});
