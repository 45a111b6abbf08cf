import { describe, expect, it } from 'vitest';
import { isUnfinishedQmp, parseQmpLine } from './qmp-line.ts';

const command = (text: string) => {
  const line = parseQmpLine(text);
  return line.kind === 'command' ? [line.command, line.args] : line.reason;
};

describe('QMP as it is typed', () => {
  it.each([
    ['query-status', ['query-status', {}]],
    ['{"execute":"query-status"}', ['query-status', {}]],
    ['{ "exec-oob": "migrate-pause", "id": 3 }', ['migrate-pause', {}]],
    ['{"execute":"stop","arguments":{"a":[1]}}', ['stop', { a: [1] }]],
    ['balloon value=512', ['balloon', { value: 512 }]],
    ['set_link name=n up=true', ['set_link', { name: 'n', up: true }]],
    ['a b=True c=None d="x y" e=\'x y\'', ['a', { b: true, c: null, d: 'x y', e: 'x y' }]],
    ['a b=[1, 2] c={"x": "y z"} d={\'x\': False}', ['a', { b: [1, 2], c: { x: 'y z' }, d: { x: false } }]],
    [
      'blockdev-add node-name=x file.driver=file file.filename=/a',
      ['blockdev-add', { 'node-name': 'x', file: { driver: 'file', filename: '/a' } }],
    ],
    ['human-monitor-command command-line="info status"', ['human-monitor-command', { 'command-line': 'info status' }]],
    ['a path=/machine value=0x10', ['a', { path: '/machine', value: '0x10' }]],
    [
      'transaction(\n a b=1\n c d=2\n)',
      [
        'transaction',
        {
          actions: [
            { type: 'a', data: { b: 1 } },
            { type: 'c', data: { d: 2 } },
          ],
        },
      ],
    ],
  ])('%s', (text, expected) => expect(command(text)).toEqual(expected));

  it.each([
    ['a b', 'After the command come key=value pairs; "b" is none.'],
    ['a b=1 b=2', '"b" is given twice.'],
    ['a b=1 b.c=2', '"b" is a value, and cannot hold "c".'],
    ['a __proto__.x=1', 'A key has no name.'],
    ['{"execute": 3}', 'A message is an object with "execute".'],
    ['{"execute": "a", "argument": {}}', 'QMP has no "argument" in a message.'],
    ['{"execute": "a", "arguments": []}', '"arguments" is an object.'],
  ])('%s is told as wrong', (text, reason) => expect(command(text)).toBe(reason));

  it('says what is no JSON', () => expect(command('{"execute": }')).toMatch(/^This is not JSON: /));

  it.each([
    ['{"execute":', true],
    ['{"execute": "}"', true],
    ['{"a": "\\""}', false],
    ['query-status', false],
    ['transaction(', true],
    ['transaction(\n a b=1\n)', false],
  ])('%j needs another line: %s', (text, more) => expect(isUnfinishedQmp(text)).toBe(more));
});
