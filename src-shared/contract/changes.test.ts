import { expect, it } from 'vitest';
import { withChanges } from './changes.ts';

const spec = { device: { memoryMiB: 512 }, guest: { disks: [{ access: 'direct' }, { access: 'copy' }] }, host: null };

it('changes one field and leaves the rest as it is', () => {
  const changed = withChanges(spec, [
    { field: 'guest.disks.1.access', value: 'overlay' },
    { field: 'device.memoryMiB', value: 256 },
  ]);
  expect(changed).toEqual({
    device: { memoryMiB: 256 },
    guest: { disks: [{ access: 'direct' }, { access: 'overlay' }] },
    host: null,
  });
  expect(spec.device.memoryMiB).toBe(512);
});

it('leads nowhere where there is nothing', () => {
  for (const field of [
    'guest.disks.7.access',
    'nosuch',
    'host.ports.0',
    '__proto__.polluted',
    'device.constructor.name',
  ])
    expect(withChanges(spec, [{ field, value: 1 }])).toEqual(spec);
});
