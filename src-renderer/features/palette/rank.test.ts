import { describe, expect, it } from 'vitest';
import { rank } from './rank.ts';

const names = ['New instance', 'Keyboard shortcuts', 'Restart · linux', 'Reset · linux', 'Settings', 'Notes … · linux'];
const found = (wanted: string) => rank(names, wanted, (name) => name).map(({ item }) => item);

describe('ranking', () => {
  it('without a word leaves everything in its order', () => {
    expect(found(' ')).toEqual(names);
  });

  it('finds beginnings of words first', () => {
    expect(found('ni')[0]).toBe('New instance');
    expect(found('set')[0]).toBe('Settings');
    expect(found('ks')[0]).toBe('Keyboard shortcuts');
    expect(found('restart li')[0]).toBe('Restart · linux');
    expect(found('res')).toContain('Reset · linux');
  });

  it('leaves out what has not all the letters in their order', () => {
    expect(found('zzz')).toEqual([]);
    expect(found('xunil')).toEqual([]);
  });

  it('says where the letters are', () => {
    expect(rank(names, 'nin', (name) => name)[0]?.places).toEqual([0, 4, 5]);
  });
});
