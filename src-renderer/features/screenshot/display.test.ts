import { describe, expect, it } from 'vitest';
import { hasDisplay } from './display.ts';

const shows = (...args: string[]): boolean => hasDisplay({ arguments: [{ args, field: 'x', why: 'x' }] });

describe('a display', () => {
  it('is there by device, by -vga, or because nothing says otherwise', () => {
    expect(shows('-nodefaults', '-device', 'virtio-gpu-pci,xres=1280', '-vga', 'none')).toBe(true);
    expect(shows('-nodefaults', '-vga', 'std')).toBe(true);
    expect(shows('-m', '512')).toBe(true);
  });

  it('is not there without one', () => {
    expect(shows('-nodefaults', '-device', 'virtio-net-pci')).toBe(false);
    expect(shows('-vga', 'none')).toBe(false);
  });

  it('is drawn by the Android emulator unless it has no window', () => {
    expect(shows('-fuchsia', '-vga', 'none')).toBe(true);
    expect(shows('-no-window', '-fuchsia', '-nographic')).toBe(false);
  });
});
