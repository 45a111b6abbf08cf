import { describe, expect, it } from 'vitest';
import { parsePackageRecords } from './debian-control.ts';

const printed = `Package: linux-image-cloud-amd64
Source: linux-signed-amd64 (6.1.192+2)
Version: 6.1.192-2
Depends: linux-image-6.1.0-56-cloud-amd64 (= 6.1.192-2)
Description: Linux for x86-64 cloud (meta-package)
 This package depends on the latest kernel.
Size: 1504
SHA256: 00be21c0

Package: demo
Version: 1:2.0
Pre-Depends: libc6 (>= 2.34), init-system-helpers:any
Depends: libone (>= 1),
 libtwo | libtwo-alternative, libstdc++6
`;

describe('parsePackageRecords', () => {
  it('reads names, versions, sizes and dependencies', () => {
    expect(parsePackageRecords(printed)).toEqual([
      {
        name: 'linux-image-cloud-amd64',
        version: '6.1.192-2',
        depends: ['linux-image-6.1.0-56-cloud-amd64'],
        parts: ['linux-image-6.1.0-56-cloud-amd64'],
        sizeBytes: 1504,
        sha256: '00be21c0',
      },
      {
        name: 'demo',
        version: '1:2.0',
        depends: ['libc6', 'init-system-helpers', 'libone', 'libtwo', 'libstdc++6'],
        parts: [],
        sizeBytes: 0,
      },
    ]);
  });

  it('leaves out what is no record', () => {
    expect(parsePackageRecords('')).toEqual([]);
    expect(parsePackageRecords('N: Unable to locate package x\n')).toEqual([]);
  });
});

describe('parts of one build', () => {
  it.each([
    ['linux-base-cloud-amd64 (= 7.2.13-1), linux-image-7.2.13+deb14-cloud-amd64 (= 7.2.13-1)', 2],
    [
      'dracut | initramfs-tools (>= 0.120) | linux-initramfs-tool, linux-binary-7.2.13+deb14-cloud-amd64 (=7.2.13-1)',
      1,
    ],
    ['kmod, linux-base-7.2.13+deb14-cloud-amd64:amd64 (= 7.2.13-1)', 1],
    ['linux-base (= 4.9), linux-later (>= 7.2.13-1), other-7.2.13-1', 0],
  ])('%s', (depends, count) => {
    const [record] = parsePackageRecords(`Package: linux\nVersion: 7.2.13-1\nDepends: ${depends}\n`);
    expect(record?.parts).toHaveLength(count);
    expect(record?.depends).toEqual(expect.arrayContaining([...(record?.parts ?? [''])]));
  });
});
