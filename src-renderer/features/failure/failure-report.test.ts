import { expect, it } from 'vitest';
import { failureReport } from './failure-report.ts';

const status = { boot: 3, lastLines: ['', 'Booting…', ''] } as never;

it('has everything that is on the screen, and no empty headings', () => {
  const text = failureReport({
    view: { name: 'demo', guestKind: 'demo', architecture: 'x86_64', status },
    failure: {
      code: 'port_busy',
      message: 'Taken.',
      raw: 'qemu: no\n',
      rule: 'port-busy',
      exit: { code: 1, signal: null },
    },
    command: undefined,
  });
  expect(text).toBe(
    'Taken.\nCode: port_busy\nKnown as: port-busy\nExit: 1\nInstance: demo (demo, x86_64)\nBoot: 3\n\nWhat was said:\nqemu: no\n\nLast lines of the serial output:\nBooting…\n',
  );
});
