import { expect, it } from 'vitest';
import { looksLikeQemu } from './looks-like-qemu.ts';

it.each([
  ['qemu-system-x86_64 -m 1G', true],
  ['#!/bin/sh\n/opt/qemu/bin/qemu-system-riscv64 \\\n -nographic', true],
  ['$QEMU -kernel Image -append "quiet"', true],
  ['debian', false],
  ['https://www.qemu.org/docs', false],
  ['ls -m', false],
])('%s: %s', (text, looks) => {
  expect(looksLikeQemu(text)).toBe(looks);
});
