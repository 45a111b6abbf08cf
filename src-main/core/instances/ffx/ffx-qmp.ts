/**
 * Short conversations with the QMP of an emulator that ffx started. QEMU serves one client at a time, and ffx uses the same
 * socket; so each connection is for one question and given back with the answer.
 */
import { SlipwayError } from '../../../../src-shared/contract/errors.ts';
import { hostForwards, parseUsernetTable, type UsernetRow } from '../../network/usernet-table.ts';
import { QmpClient } from '../../qmp/client.ts';
import { queryChardevs, quit, sendBreak } from '../../qmp/commands.ts';
import { infoUsernet } from '../../qmp/hmp.ts';
import { takeScreenshot } from '../screenshot.ts';
import type { FfxConsoles } from './ffx-consoles.ts';

/** Longer, and somebody else has it: a local socket answers in a millisecond. */
const greetingMs = 1000;

export class FfxQmp {
  readonly #directory: string;
  readonly #consoles: Pick<FfxConsoles, 'lendQmp'>;
  readonly #signal: AbortSignal;

  constructor(directory: string, consoles: Pick<FfxConsoles, 'lendQmp'>, signal: AbortSignal) {
    this.#directory = directory;
    this.#consoles = consoles;
    this.#signal = signal;
  }

  quit(): Promise<void> {
    return this.ask((qmp) => quit(qmp));
  }

  /** On the line behind this socket. Throws `unknown_console` where QEMU has no such. */
  sendBreak(socket: string): Promise<void> {
    return this.ask(async (qmp) => {
      const line = (await queryChardevs(qmp)).find(({ filename }) => filename.includes(socket));
      if (line === undefined)
        throw new SlipwayError('unknown_console', 'The emulator does not know its serial line by that socket.');
      await sendBreak(qmp, line.label);
    });
  }

  forwards(): Promise<UsernetRow[]> {
    return this.ask(async (qmp) => hostForwards(parseUsernetTable(await infoUsernet(qmp))));
  }

  /** `directory`: where QEMU puts the picture for a moment. */
  screenshot(directory: string): Promise<Uint8Array> {
    return this.ask((qmp) => {
      const { major, minor, micro } = qmp.greeting.version;
      return takeScreenshot(qmp, { directory, engineVersion: `${major}.${minor}.${micro}` });
    });
  }

  /** Throws `qmp_unavailable` when nobody greets: somebody else is being served, or nobody listens. */
  ask<T>(use: (qmp: QmpClient) => Promise<T>): Promise<T> {
    const target = { directory: this.#directory, name: 'qmp' };
    return this.#consoles.lendQmp(async () => {
      const client = await QmpClient.connect(target, { greetingMs, signal: this.#signal });
      try {
        return await use(client);
      } finally {
        await client.end();
      }
    });
  }
}
