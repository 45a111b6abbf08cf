import { expect, it } from 'vitest';
import { connectedPaths } from './socket-holder.ts';

it("only a server's end of an established connection counts", () => {
  const table = [
    'Num       RefCount Protocol Flags    Type St Inode Path',
    '0000000069747e58: 00000002 00000000 00010000 0001 01 1485223 /i/listening',
    '0000000071db6970: 00000003 00000000 00000000 0001 03 1485305 /i/a name/serial',
    '0000000015e48e84: 00000003 00000000 00000000 0001 02     0 /i/waiting',
    '0000000015e48e85: 00000003 00000000 00000000 0001 03 1485306',
    '0000000015e48e86: 00000003 00000000 00000000 0001 03 1485307 @/abstract',
    '',
  ].join('\n');
  expect(connectedPaths(table)).toEqual(['/i/a name/serial']);
});
