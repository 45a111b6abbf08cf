/** Ports of an instance that `ffx emu` started: looked at, never changed. */
import { isMapped, type PortMapping, type PortStatus, webScheme } from '../../../../src-shared/model/ports.ts';
import { SingleFlight } from '../../kit/single-flight.ts';
import { type ProbeResult, probePort } from '../../network/port-probe.ts';
import type { ManagedPorts } from '../managed-instance.ts';
import { connectAddress, probed } from '../port-status.ts';
import { refusal } from './ffx-view.ts';

interface Answer {
  readonly port: number | null;
  readonly status: Pick<PortStatus, 'state' | 'answer'>;
}

export class FfxPortDesk implements ManagedPorts {
  readonly #name: string;
  readonly #ports: () => readonly PortStatus[];
  readonly #changed: () => void;
  readonly #probes = new SingleFlight<ProbeResult>();
  readonly #answers = new Map<string, Answer>();

  /** @param ports as the emulator has them, without what was learnt here. */
  constructor(name: string, ports: () => readonly PortStatus[], changed: () => void) {
    this.#name = name;
    this.#ports = ports;
    this.#changed = changed;
  }

  demandChange(): never {
    throw refusal(this.#name, 'ports');
  }

  async add(_mapping: PortMapping): Promise<never> {
    throw refusal(this.#name, 'ports');
  }

  async change(): Promise<never> {
    throw refusal(this.#name, 'ports');
  }

  async remove(): Promise<never> {
    throw refusal(this.#name, 'ports');
  }

  /** Its monitor is not ours to use for this, so a silent line stays one of which nothing is known. */
  async probe(names: readonly string[] | null, speak: boolean): Promise<readonly PortStatus[]> {
    const asked = this.#ports().filter(
      (port) => isMapped(port) && port.protocol === 'tcp' && (names === null || names.includes(port.name)),
    );
    await Promise.all(
      asked.map(async (port) => {
        const result = await this.#probes.run(`${port.bind} ${port.host}`, () =>
          probePort(
            { address: connectAddress(port), port: port.host ?? 0 },
            { speak: speak || webScheme(port) !== null, usernet: null },
          ),
        );
        const { state, answer } = probed(port, result);
        // Who lets go of the port goes with its process, and that is seen elsewhere.
        if (state !== 'failed')
          this.#answers.set(port.name, { port: port.host, status: { state, answer: answer ?? null } });
      }),
    );
    this.#changed();
    return this.withAnswers(this.#ports());
  }

  /** What was learnt holds for the port it was learnt of, while that is mapped. */
  withAnswers(ports: readonly PortStatus[]): PortStatus[] {
    return ports.map((port) => {
      const known = this.#answers.get(port.name);
      return known !== undefined && isMapped(port) && known.port === port.host ? { ...port, ...known.status } : port;
    });
  }

  /** Another emulator: nothing of the one before is true of it. */
  forget(): void {
    this.#answers.clear();
  }
}
