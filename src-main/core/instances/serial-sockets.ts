/** One instance's serial lines for other programs: a socket each, served while its guest runs. */
import { rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import type { SerialName } from '../../../src-shared/model/console.ts';
import { type SerialSocket, type ServedConsole, serveSerialSocket } from '../consoles/serial-socket.ts';
import { filenames, serialFile } from '../home/filenames.ts';
import type { InstancePaths } from '../home/paths.ts';
import { CleanupStack } from '../kit/cleanup-stack.ts';
import type { Log } from '../kit/log.ts';
import { openSocketPath } from '../process/socket-path.ts';

export class SerialSockets {
  readonly #paths: InstancePaths;
  readonly #log: Log;
  #served: CleanupStack | null = null;

  constructor(paths: InstancePaths, log: Log) {
    this.#paths = paths;
    this.#log = log;
  }

  /** Other programs can do without a socket; the guest must not fail because of one. Never rejects. */
  async serve(consoles: Iterable<readonly [SerialName, ServedConsole]>): Promise<void> {
    await this.close();
    const served = new CleanupStack();
    this.#served = served;
    for (const [name, console] of consoles) {
      try {
        await this.#serve(name, console, served);
      } catch (error) {
        const { directory } = this.#paths;
        this.#log.warn('a serial socket cannot be served', { directory, name, error: String(error) });
      }
    }
  }

  async close(): Promise<void> {
    const served = this.#served;
    this.#served = null;
    await served?.close();
  }

  async #serve(name: SerialName, console: ServedConsole, served: CleanupStack): Promise<void> {
    await rm(this.#paths.serialSocketOf(name), { force: true });
    const reachable = await openSocketPath(this.#paths.run, serialFile(filenames.serialSocket, name));
    served.add(() => reachable.close());
    const socket: SerialSocket = await serveSerialSocket({
      console,
      listen: (server) => listen(server, reachable.path),
    });
    served.add(() => socket.close());
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
