import { describe, expect, it } from 'vitest';
import { fieldOnScreen, isMadeBy, originOf } from './argument-links.ts';

const onScreen = ['name', 'guest.kernel', 'guest.disks.0.file', 'guest.disks.0.interface', 'device.memoryMiB'];

describe('an argument leads to its field', () => {
  it.each([
    ['device.memoryMiB', 'device.memoryMiB'],
    ['guest.disks.0', 'guest.disks.0.file'],
    ['guest.disks.0.interface', 'guest.disks.0.interface'],
    ['guest.disks.0.cache.mode', 'guest.disks.0.file'],
    ['device.memory', 'device.memoryMiB'],
    ['slipway', null],
    ['guest.append', null],
    ['runtime.debug.log', null],
  ])('%s', (argument, field) => {
    expect(fieldOnScreen(argument, onScreen)).toBe(field);
  });

  it('also where only the place above it is there', () => {
    expect(fieldOnScreen('guest.source.kernel', ['guest.source.directory'])).toBe('guest.source.directory');
  });
});

describe('a field lights its arguments', () => {
  it.each([
    ['guest.disks.0', 'guest.disks.0.file', true],
    ['guest.disks.1', 'guest.disks.0.file', false],
    ['device.machine', 'architecture', true],
    ['device.memoryMiB', 'device.processors', false],
    ['flags.kernel_args', 'guest.kernelArguments', true],
    ['guest.ramdisk', 'guest.source.directory', true],
    ['slipway', 'slipway', false],
  ])('%s by %s: %s', (argument, field, made) => {
    expect(isMadeBy(argument, field)).toBe(made);
  });
});

it('says whose an argument is', () => {
  expect(['slipway', 'runtime.extraArguments', 'name'].map(originOf)).toEqual(['slipway', 'own', 'field']);
});
