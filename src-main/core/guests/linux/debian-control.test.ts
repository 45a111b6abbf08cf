import { describe, expect, it } from 'vitest';
import { concreteKernelPackage, parsePackageRecords } from './debian-control.ts';

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
        sizeBytes: 1504,
        sha256: '00be21c0',
      },
      {
        name: 'demo',
        version: '1:2.0',
        depends: ['libc6', 'init-system-helpers', 'libone', 'libtwo', 'libstdc++6'],
        sizeBytes: 0,
      },
    ]);
  });

  it('leaves out what is no record', () => {
    expect(parsePackageRecords('')).toEqual([]);
    expect(parsePackageRecords('N: Unable to locate package x\n')).toEqual([]);
  });
});

describe('concreteKernelPackage', () => {
  it('is the dependency with a version in its name', () => {
    const [meta, other] = parsePackageRecords(printed);
    expect(meta && concreteKernelPackage(meta)).toBe('linux-image-6.1.0-56-cloud-amd64');
    expect(other && concreteKernelPackage(other)).toBeUndefined();
  });
});
