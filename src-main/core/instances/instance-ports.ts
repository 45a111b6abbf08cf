/**
 * The port mappings of one of Slipway's own instances, changed while it runs or while it does not. What is changed on a
 * running guest is written down as well, so that the next launch has it and whoever attaches next finds it.
 *
 * Must never leave the Spec saying what the guest does not have: the guest is changed first, and back again when the
 * Spec cannot be written.
 */
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { limits } from '../../../src-shared/limits.ts';
import { isMapped, type PortMapping, type PortStatus, webScheme } from '../../../src-shared/model/ports.ts';
import type { Spec } from '../../../src-shared/model/spec.ts';
import { SingleFlight } from '../kit/single-flight.ts';
import { bindAddress } from '../network/forwards.ts';
import { addLive, removeLive } from '../network/live-forwards.ts';
import { type ProbeResult, probePort } from '../network/port-probe.ts';
import { thisHost } from '../network/user-mode.ts';
import { humanMonitorCommand } from '../qmp/commands.ts';
import type { InstanceState } from './instance-state.ts';
import type { ManagedPorts } from './managed-instance.ts';
import { connectAddress, lostMapping, mappingOf, probed } from './port-status.ts';
import type { RunningGuest } from './running-guest.ts';
import type { InstanceServices } from './services.ts';

export class InstancePorts implements ManagedPorts {
  readonly #services: InstanceServices;
  readonly #state: InstanceState;
  readonly #guest: () => RunningGuest | null;
  /** One connection to a port at a time: a guest's service may take no more than that. */
  readonly #probes = new SingleFlight<ProbeResult>();

  constructor(services: InstanceServices, state: InstanceState, guest: () => RunningGuest | null) {
    this.#services = services;
    this.#state = state;
    this.#guest = guest;
  }

  demandChange(): void {
    const { phase, spec } = this.#state;
    const networking = this.#networking;
    if (networking === 'none') {
      throw this.#refused('it has no network', 'Choose user-mode networking in its form, and launch it again.');
    }
    if (networking === 'tap') {
      throw this.#refused(
        'it is on a tap network',
        'There it has an address of its own: every port of the guest is reached under that, and none is mapped.',
      );
    }
    if (phase === 'running' && this.#guest() !== null) return;
    const idle = phase === 'stopped' || (phase === 'failed' && this.#state.identity === null);
    if (!idle) throw this.#state.wrongPhase(`change the ports of`, `${spec.name} is ${phase}; wait until it runs`);
  }

  async add(mapping: PortMapping): Promise<PortStatus> {
    this.demandChange();
    this.#demandName(mapping.name);
    if (this.#spec.host.ports.length >= limits.portMappings) {
      throw new SlipwayError('invalid_input', `An instance has at most ${limits.portMappings} port mappings.`);
    }
    const guest = this.#guest();
    if (guest === null) {
      this.#demandNoTwin(mapping, null);
      await this.#writeSpec([...this.#spec.host.ports, mapping]);
      return this.#statusOf(mapping.name);
    }
    const status = await this.#live(mapping);
    const { ports } = this.#state.current;
    await this.#keep([...this.#spec.host.ports, mapping], [...ports, status], () => this.#close(status));
    return status;
  }

  async change(name: string, mapping: PortMapping): Promise<PortStatus> {
    this.demandChange();
    const before = this.#statusOf(name);
    if (mapping.name !== name) {
      this.#demandName(mapping.name);
      this.#demandNotWaitedFor(name, 'rename');
      this.#demandOwnPort(name, 'renamed');
    }
    const kept = this.#spec.host.ports;
    // A device's own port gets its place in the Spec when something about it is chosen.
    const wanted = kept.some((port) => port.name === name)
      ? kept.map((port) => (port.name === name ? mapping : port))
      : [...kept, mapping];
    if (this.#guest() === null) {
      this.#demandNoTwin(mapping, name);
      await this.#writeSpec(wanted);
      return this.#statusOf(mapping.name);
    }
    const status = await this.#replace(before, mapping);
    const ports = this.#state.current.ports.map((port) => (port.name === name ? status : port));
    await this.#keep(wanted, ports, async () => {
      await this.#close(status);
      if (isMapped(before)) await this.#live({ ...before, bind: bindAddress(before) });
    });
    return status;
  }

  async remove(name: string): Promise<PortMapping> {
    this.demandChange();
    const status = this.#statusOf(name);
    this.#demandOwnPort(name, 'removed');
    this.#demandNotWaitedFor(name, 'remove');
    const removed = this.#spec.host.ports.find((port) => port.name === name) ?? mappingOf(status);
    const wanted = this.#spec.host.ports.filter((port) => port.name !== name);
    if (this.#guest() === null) {
      await this.#writeSpec(wanted);
      await this.#forget(name);
      return removed;
    }
    if (isMapped(status)) await this.#close(status);
    const ports = this.#state.current.ports.filter((port) => port.name !== name);
    await this.#keep(wanted, ports, async () => {
      if (isMapped(status)) await this.#live(mappingOf(status));
    });
    return removed;
  }

  async probe(names: readonly string[] | null, speak: boolean): Promise<readonly PortStatus[]> {
    const guest = this.#guest();
    const { paused, ports } = this.#state.current;
    // A guest that stands still answers nobody, and that would say nothing of it.
    if (guest === null || paused) return this.#state.view.ports;
    const asked = ports.filter(
      (port) => isMapped(port) && port.protocol === 'tcp' && (names === null || names.includes(port.name)),
    );
    const hmp = (command: string) => humanMonitorCommand(guest.qmp, command);
    await Promise.all(
      asked.map(async (port) => {
        const result = await this.#probes.run(`${port.bind} ${port.host}`, () =>
          probePort(
            { address: connectAddress(port), port: port.host ?? 0 },
            { speak: speak || webScheme(port) !== null, usernet: () => hmp('info usernet') },
          ),
        );
        if (this.#guest() === guest && !this.#state.current.paused) this.#learnProbe(port, result);
      }),
    );
    return this.#state.view.ports;
  }

  #learnProbe(asked: PortStatus, result: ProbeResult): void {
    const { ports } = this.#state.current;
    const now = ports.find((port) => port.name === asked.name && port.host === asked.host);
    if (now === undefined) return;
    const next = probed(now, result);
    if (next.state === now.state && next.answer === now.answer) return;
    this.#state.learn({ ports: ports.map((port) => (port === now ? next : port)) });
  }

  /** Puts it in the place of the old one; where that cannot be, the old one is back as it was. */
  async #replace(before: PortStatus, mapping: PortMapping): Promise<PortStatus> {
    const same =
      before.guest === mapping.guest &&
      before.protocol === mapping.protocol &&
      bindAddress(before) === bindAddress(mapping) &&
      before.host === mapping.host;
    if (!isMapped(before)) return this.#live(mapping);
    if (same) return { ...before, name: mapping.name };
    await this.#close(before);
    try {
      return await this.#live(mapping);
    } catch (error) {
      await this.#live(mappingOf(before)).catch((lost: unknown) => {
        this.#services.log.error('a mapping could not be put back', { id: this.#spec.id, error: String(lost) });
        this.#state.learn({
          ports: this.#state.current.ports.map((port) =>
            port.name === before.name ? lostMapping(before, lost) : port,
          ),
        });
      });
      throw error;
    }
  }

  #live(mapping: PortMapping): Promise<PortStatus> {
    const { instanceOf } = this.#services;
    const host = instanceOf === undefined ? thisHost : { ...thisHost, instanceOf };
    return addLive(mapping, { hmp: this.#hmp, host });
  }

  #close(status: PortStatus): Promise<void> {
    return removeLive(status, { hmp: this.#hmp });
  }

  readonly #hmp = (command: string): Promise<string> => {
    const guest = this.#guest();
    if (guest === null) throw this.#state.wrongPhase('change the ports of');
    return humanMonitorCommand(guest.qmp, command);
  };

  /** The Spec and, for whoever attaches to this guest after us, what the guest was really given. */
  async #keep(wanted: PortMapping[], ports: PortStatus[], takeBack: () => Promise<unknown>): Promise<void> {
    try {
      await this.#writeSpec(wanted);
    } catch (error) {
      await takeBack().catch((lost: unknown) =>
        this.#services.log.error('a port change could not be taken back', { error: String(lost) }),
      );
      throw error;
    }
    this.#state.learn({ ports });
    await this.#settle(ports.map(mappingOf));
  }

  /** What the last launch mapped stands in for a device's ports while nothing runs; this is none of them. */
  async #forget(name: string): Promise<void> {
    const settled = this.#state.current.record?.settled?.ports ?? [];
    if (settled.some((port) => port.name === name)) await this.#settle(settled.filter((port) => port.name !== name));
  }

  async #settle(ports: PortMapping[]): Promise<void> {
    const { record } = this.#state.current;
    if (record?.settled == null) return;
    const next = { ...record, settled: { ...record.settled, ports } };
    this.#state.learn({ record: next });
    await this.#services.store.writeLaunch(this.#spec.id, next).catch((error: unknown) =>
      // The Spec has it, and so has the guest; only the next owner would have to look twice.
      this.#services.log.error('the launch record could not be written', { id: this.#spec.id, error: String(error) }),
    );
  }

  async #writeSpec(ports: PortMapping[]): Promise<void> {
    const spec: Spec = { ...this.#spec, host: { ...this.#spec.host, ports } };
    await this.#services.store.writeSpec(spec);
    this.#state.configure(spec);
  }

  #statusOf(name: string): PortStatus {
    const { ports } = this.#state.view;
    const status = ports.find((port) => port.name === name);
    if (status !== undefined) return status;
    throw new SlipwayError('invalid_input', `${this.#spec.name} has no port mapping called "${name}".`, {
      hint: ports.length === 0 ? 'It has none.' : `It has: ${ports.map((port) => port.name).join(', ')}.`,
      field: 'name',
    });
  }

  #demandName(name: string): void {
    if (!this.#state.view.ports.some((port) => port.name === name)) return;
    throw new SlipwayError('name_taken', `${this.#spec.name} has a port mapping called "${name}" already.`, {
      hint: 'Choose another name; it is only how the mapping is spoken of.',
      field: 'mapping.name',
    });
  }

  /** While nothing runs nobody refuses the second one, and at the launch it would only fail. */
  #demandNoTwin(mapping: PortMapping, except: string | null): void {
    const twin = this.#spec.host.ports.find(
      (port) =>
        port.name !== except &&
        port.host !== null &&
        port.host === mapping.host &&
        port.protocol === mapping.protocol &&
        (bindAddress(port) === bindAddress(mapping) || [port.bind, mapping.bind].includes('0.0.0.0')),
    );
    if (twin === undefined) return;
    throw new SlipwayError('port_busy', `Host port ${mapping.host} is already used by the mapping "${twin.name}".`, {
      hint: 'Choose another, or leave it empty for a free one.',
      field: 'mapping.host',
    });
  }

  #demandOwnPort(name: string, word: string): void {
    if (this.#spec.guest.kind !== 'fuchsia' || this.#spec.host.ports.some((port) => port.name === name)) return;
    throw new SlipwayError('not_permitted', `"${name}" is a port of the virtual device and cannot be ${word}.`, {
      cause: 'The device says which of its ports are mapped at every launch.',
      hint: 'Its host port can be chosen; another mapping of the same guest port can be added.',
    });
  }

  #demandNotWaitedFor(name: string, word: string): void {
    const checks = this.#spec.runtime.readiness ?? [];
    if (!checks.some((check) => check.kind === 'banner' && check.port === name)) return;
    throw new SlipwayError('not_permitted', `Cannot ${word} "${name}": a readiness check waits for it.`, {
      hint: 'Edit the instance and remove that check first.',
    });
  }

  #refused(reason: string, hint: string): SlipwayError {
    return new SlipwayError('wrong_phase', `Ports of ${this.#spec.name} cannot be mapped: ${reason}.`, { hint });
  }

  get #spec(): Spec {
    return this.#state.spec;
  }

  /** Of the running guest what it was given; `auto` is decided only at a launch. */
  get #networking(): Spec['host']['networking'] {
    if (this.#guest() === null) return this.#spec.host.networking;
    return this.#state.current.record?.settled?.networking ?? this.#spec.host.networking;
  }
}
