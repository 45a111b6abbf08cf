/**
 * Finds the guest of an instance by evidence, attaches to it, and watches it to its end. The same loop finishes a
 * launch, finds a guest again after a restart of Slipway, and gets back to one whose QMP was lost.
 *
 * Must never signal a process that it did not identify a moment before, and never end one because of its own going.
 */
import { lstat } from 'node:fs/promises';
import type { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { limits } from '../../../src-shared/limits.ts';
import { Emitter } from '../kit/emitter.ts';
import { unawaited } from '../kit/unawaited.ts';
import { type ProcessIdentity, processState } from '../process/identity.ts';
import type { LadderResult } from '../process/ladder.ts';
import type { ProcessEnd } from '../process/spawn.ts';
import { stuckFacts } from '../process/stuck-facts.ts';
import type { QmpClient } from '../qmp/client.ts';
import type { QmpEvent } from '../qmp/messages.ts';
import { AttachAttempts } from './attach-attempts.ts';
import { type Gathered, gather, isVerified } from './evidence.ts';
import { letDebuggerIn, listenForDebugger, wantsDebugger } from './gdb-stub.ts';
import type { Death } from './guest-death.ts';
import { describeEnd, earlyEndError, givenUpError, uncontrollable, unkillable } from './guest-end.ts';
import { GuestHealth } from './guest-health.ts';
import { deathUnwatched, type Past, pastOf } from './guest-past.ts';
import type { InstanceConsoles } from './instance-consoles.ts';
import type { InstanceState } from './instance-state.ts';
import { removeLeftOvers } from './left-overs.ts';
import { lastLinesOf, readLogTail } from './log-tail.ts';
import { mapPorts } from './map-ports.ts';
import {
  type PauseReason,
  readPauseMarker,
  removePauseMarker,
  removePauseMarkerNow,
  writePauseMarker,
} from './pause-marker.ts';
import { type GuestEnd, RunningGuest } from './running-guest.ts';
import type { InstanceServices } from './services.ts';
import type { Timeline } from './timeline.ts';
import { decide } from './verdict.ts';

/** How often evidence is gathered again while there is a process we are not attached to, in milliseconds. */
const paceMs = { launching: 4, waiting: 50, elsewhere: 1000, broken: 1000 } as const;
/** A launch waits for its greeting; at the start of Slipway somebody else's client is known by its silence sooner. */
const greetingMs = { launching: limits.qmpGreetingMs, found: 1500 } as const;
/** The end of the process follows the end of its QMP in milliseconds; then there is nothing to get back to. */
const qmpLostMs = 500;

export interface FollowContext {
  /** The launch this is part of; null when an earlier Slipway launched it. */
  readonly launching: { readonly timeline: Timeline; readonly signal: AbortSignal } | null;
  /** Settles when our child ends; null for a process that is not our child. */
  readonly exited: Promise<ProcessEnd> | null;
}

interface Found {
  readonly identity: ProcessIdentity;
  readonly qmp: QmpClient;
  /** It waits at its first instruction and is to be let go. */
  readonly release: boolean;
  /** Its ports are not mapped yet. */
  readonly isNew: boolean;
  readonly pausedByUs: boolean;
}

export class GuestWatch {
  /** Everything QEMU tells by itself, guest after guest. */
  readonly told = new Emitter<QmpEvent>();
  readonly #services: InstanceServices;
  readonly #state: InstanceState;
  readonly #consoles: InstanceConsoles;
  readonly #disposal = new AbortController();
  #guest: RunningGuest | null = null;
  readonly #attempts = new AttachAttempts();
  #health: GuestHealth | null = null;

  constructor(services: InstanceServices, state: InstanceState, consoles: InstanceConsoles) {
    this.#services = services;
    this.#state = state;
    this.#consoles = consoles;
  }

  /** The guest we are attached to, or null. */
  get guest(): RunningGuest | null {
    return this.#guest;
  }

  /**
   * Gathers and decides until we are attached, or there is nothing to attach to. Rejects only while launching, with the
   * failure of the launch; no process is left then.
   */
  async follow(context: FollowContext): Promise<void> {
    const { launching } = context;
    while (!this.#disposal.signal.aborted) {
      // A process that could not be talked to is being ended: its end is told by that.
      if (this.#guest !== null) return;
      if (launching?.signal.aborted) {
        await this.#endStray(context.exited);
        throw launching.signal.reason;
      }
      const gathered = await this.#look(context);
      if (gathered === null) continue;
      const { evidence, identity, qmp } = gathered;
      this.#state.identity = identity;
      const verdict = decide(evidence);
      // A connection that is not kept must not lock others out.
      if (verdict.kind !== 'attach' && verdict.kind !== 'interrupted') await qmp?.end();
      switch (verdict.kind) {
        case 'stopped':
        case 'crashed':
          if (launching !== null) throw await this.#earlyEnd(context.exited);
          await this.#foundGone(verdict.kind, evidence.outcomeRecorded);
          return;
        case 'attach':
        case 'interrupted': {
          if (identity === null || qmp === null) break;
          const release = verdict.kind === 'interrupted';
          const pausedByUs = verdict.kind === 'attach' && verdict.paused === 'slipway';
          const found = { identity, qmp, release, isNew: launching !== null || release, pausedByUs };
          if (await this.#attach(found, context)) return;
          await this.#refused(identity);
          break;
        }
        case 'wait':
          if (launching === null) this.#state.foundStarting();
          await this.#wait(launching === null ? paceMs.waiting : paceMs.launching);
          break;
        case 'elsewhere':
          // Nobody else can have come to a QEMU that we have just started: it hangs.
          if (launching !== null) throw await this.#giveUp('it took the connection and did not greet', context.exited);
          if (this.#state.phase !== 'elsewhere') this.#state.move('heldElsewhere');
          await this.#wait(paceMs.elsewhere);
          break;
        case 'broken':
          if (launching !== null) throw await this.#giveUp(verdict.reason, context.exited);
          this.#state.learn({ failure: uncontrollable(verdict.reason, identity?.pid ?? 0) });
          if (this.#state.phase !== 'failed') this.#state.move('engineLost');
          await this.#wait(paceMs.broken);
          break;
      }
    }
  }

  /** A way to end a process that cannot be talked to: by signals alone, each after its identity was checked again. */
  stray(): RunningGuest | null {
    const { identity } = this.#state;
    if (identity === null) return null;
    const { clock, log } = this.#services;
    const guest = new RunningGuest({ identity, exited: null, clock, log });
    this.#adopt(guest);
    return guest;
  }

  async markPaused(by: PauseReason): Promise<void> {
    this.#state.learn({ pausedBy: by });
    await writePauseMarker(this.#paths.pauseMarker, by);
  }

  async clearPause(): Promise<void> {
    this.#state.learn({ pausedBy: null });
    await removePauseMarker(this.#paths.pauseMarker);
  }

  /** Lets go; the guest lives on. */
  async dispose(): Promise<void> {
    this.#disposal.abort(new Error('Slipway is closing'));
    await this.#health?.close();
    this.#guest?.release();
  }

  /** null: it could not be looked at, which was said, and is tried again. */
  async #look(context: FollowContext): Promise<Gathered | null> {
    try {
      return await this.#gather(context);
    } catch (error) {
      if (context.launching !== null) throw error;
      await this.#couldNot('look at an instance', error, paceMs.broken);
      return null;
    }
  }

  /** It lives and does not let itself be attached to. Whoever waits for it is told; it is tried again, ever more seldom. */
  async #refused(identity: ProcessIdentity): Promise<void> {
    if (this.#disposal.signal.aborted || (await processState(identity)) !== 'alive') return;
    const pause = this.#attempts.failed();
    // The first time may have been bad luck.
    if (this.#attempts.count > 1 && this.#state.phase !== 'failed') this.#state.move('engineLost');
    if (pause !== null) return this.#wait(pause);
    this.#services.log.error('a guest is not tried again', { id: this.#state.spec.id, attempts: this.#attempts.count });
    while (!this.#disposal.signal.aborted && this.#guest === null && (await processState(identity)) === 'alive')
      await this.#wait(paceMs.broken);
    this.#attempts.succeeded();
  }

  async #couldNot(what: string, error: unknown, pauseMs: number): Promise<void> {
    const { pid = 0 } = this.#state.identity ?? {};
    this.#services.log.warn(`could not ${what}`, { id: this.#state.spec.id, error: String(error) });
    if (pid > 0) this.#state.learn({ failure: uncontrollable(String(error), pid) });
    if (pauseMs > 0) await this.#wait(pauseMs);
  }

  async #gather({ launching }: FollowContext) {
    const { clock, store } = this.#services;
    const { spec, boot, current } = this.#state;
    const outcome = boot === 0 ? null : await store.readOutcome(spec.id, boot);
    return gather(this.#paths, current.record, {
      outcomeRecorded: outcome?.state === 'ok',
      startPaused: current.record?.settled?.startPaused ?? spec.runtime.debug.startPaused,
      now: clock.now(),
      greetingMs: launching === null ? greetingMs.found : greetingMs.launching,
    });
  }

  /** False when the guest went away meanwhile and evidence is to be gathered again. */
  async #attach(found: Found, { launching, exited }: FollowContext): Promise<boolean> {
    const { clock, log } = this.#services;
    const { identity, qmp, release, isNew } = found;
    const timeline = launching?.timeline ?? null;
    const guest = new RunningGuest({ identity, exited, clock, log });
    let past: Past | null = null;
    try {
      await guest.attach(qmp);
      timeline?.end('done');
      const verified = await isVerified(qmp, this.#state.current.record?.acceleration?.accelerator);
      const pausedBy = found.pausedByUs ? await readPauseMarker(this.#paths.pauseMarker) : null;
      timeline?.begin('map ports');
      const ports = await mapPorts(qmp, isNew, this.#services, this.#state);
      await this.#consoles.openBoot(this.#state.boot, { live: true });
      const { record } = this.#state.current;
      if (wantsDebugger(record)) {
        timeline?.begin('listen for a debugger');
        // Of a guest that runs already it is a loss, but no reason to let go of it.
        await listenForDebugger(qmp, record, this.#paths).catch((error: unknown) => {
          if (launching !== null) throw error;
          this.#noDebugger(error);
        });
      }
      past = isNew ? null : await pastOf(this.#services, this.#state, this.#consoles);
      timeline?.begin('let the guest go', release ? '' : 'stays paused, as asked');
      if (release) await guest.resume();
      timeline?.end(release ? 'done' : 'skipped');
      if (wantsDebugger(record)) await letDebuggerIn(qmp).catch((error: unknown) => this.#noDebugger(error));
      this.#state.learn({ failure: null, verified, pausedBy, ports, paused: guest.paused, attachedAt: clock.now() });
    } catch (error) {
      guest.release();
      if (launching === null) {
        await this.#couldNot('attach to a guest', error, 0);
        return false;
      }
      await this.#endStray(exited);
      throw error;
    }
    // Asked for while we attached: the caller's next look gives the launch up, or lets go.
    if (launching?.signal.aborted || this.#disposal.signal.aborted) {
      guest.release();
      return false;
    }
    this.#attempts.succeeded();
    this.#adopt(guest);
    this.#state.move('attached');
    this.#health = new GuestHealth(this.#services, this.#state, this.#consoles, guest, { timeline, past });
    return true;
  }

  #noDebugger(error: unknown): void {
    this.#services.log.warn('the gdb stub is not open', { id: this.#state.spec.id, error: String(error) });
  }

  #adopt(guest: RunningGuest): void {
    const { log } = this.#services;
    this.#guest = guest;
    guest.told.on((event) => this.told.emit(event));
    guest.changed.on(() => {
      const continued = this.#state.current.paused && !guest.paused;
      // Whoever stops it next is somebody else until we do.
      if (continued) removePauseMarkerNow(this.#paths.pauseMarker);
      const pausedBy = continued ? null : this.#state.current.pausedBy;
      this.#state.learn({ paused: guest.paused, pausedBy, stopStep: guest.stopStep });
    });
    guest.wasReset.on(() => unawaited(this.#consoles.note('reset'), 'a reset could not be told', log));
    guest.qmpLost.on(() => unawaited(this.#onQmpLost(guest), 'a guest could not be followed', log));
    guest.survived.on((result) => unawaited(this.#onSurvived(guest, result), 'a failed stop could not be told', log));
    const ended = guest.ended.then(
      (end) => this.#onEnded(guest, end),
      () => undefined,
    );
    unawaited(ended, 'the end of a guest could not be written down', log);
  }

  async #onQmpLost(guest: RunningGuest): Promise<void> {
    const gone = guest.ended.then(
      () => true,
      () => true,
    );
    const ended = await Promise.race([gone, this.#wait(qmpLostMs).then(() => false)]);
    if (ended || this.#guest !== guest || guest.isStopping || this.#disposal.signal.aborted) return;
    this.#services.log.warn('QMP was lost, the process lives', { id: this.#state.spec.id });
    await this.#health?.close();
    guest.release();
    this.#guest = null;
    await this.follow({ launching: null, exited: null });
  }

  /** Waiting longer helps nobody: it is said, with what the kernel tells of the process, and can be tried again. */
  async #onSurvived(guest: RunningGuest, { history }: LadderResult): Promise<void> {
    const failure = unkillable(this.#state.spec.id, guest.identity.pid, await stuckFacts(guest.identity.pid), history);
    if (this.#guest !== guest || this.#disposal.signal.aborted || this.#state.phase !== 'stopping') return;
    this.#state.learn({ failure, stopStep: null });
    this.#state.move('engineLost');
  }

  async #onEnded(guest: RunningGuest, end: GuestEnd): Promise<void> {
    if (this.#guest !== guest || this.#disposal.signal.aborted) return;
    await this.#health?.end(end);
    this.#health = null;
    const outcome = await this.#describeEnd(end, (await lstat(this.#paths.qmp).catch(() => null)) === null);
    this.#guest = null;
    this.#state.detach();
    await removePauseMarker(this.#paths.pauseMarker);
    await this.#consoles.endBoot(outcome.text);
    await this.#state.recordOutcome(outcome);
    // After the outcome: until that is written the sockets are what tells a crash from a good end.
    await removeLeftOvers(this.#paths);
    this.#state.move(outcome.how === 'crashed' ? 'crashed' : 'ended');
  }

  /** An earlier Slipway's guest that is no more. */
  async #foundGone(kind: 'stopped' | 'crashed', outcomeRecorded: boolean): Promise<void> {
    const hasRecord = this.#state.current.record !== null;
    this.#guest = null;
    this.#state.detach();
    await removePauseMarker(this.#paths.pauseMarker);
    if (outcomeRecorded || !hasRecord) {
      this.#state.tell();
      return;
    }
    const outcome = await this.#describeEnd(
      { process: null, farewell: null, stopRequested: false },
      kind === 'stopped',
      await deathUnwatched(this.#services, this.#state),
    );
    await this.#state.recordOutcome(outcome);
    await removeLeftOvers(this.#paths);
    await this.#consoles.endBoot(outcome.text);
    if (this.#state.phase === 'failed' || this.#state.phase === 'stopped') this.#state.tell();
    else this.#state.move(kind === 'crashed' ? 'crashed' : 'ended');
  }

  async #describeEnd(end: GuestEnd, socketsRemoved: boolean, death: Death = this.#state.current) {
    const files = this.#paths.boot(this.#state.boot);
    const engineLog = await readLogTail(files.engineLog);
    return describeEnd({
      end,
      explained: await this.#explain(engineLog, 'end'),
      socketsRemoved,
      processRecorded: this.#state.current.record?.process != null || this.#state.identity !== null,
      engineLog,
      serialLines: await lastLinesOf(files.serialOutput),
      endedAt: new Date(this.#services.clock.now()).toISOString(),
      death: { panic: death.panic, resetLoop: death.resetLoop },
    });
  }

  /** The process went before we could attach to it. */
  async #earlyEnd(exited: Promise<ProcessEnd> | null): Promise<SlipwayError> {
    // That it is dead shows in the process table a moment before its exit code is ours to have.
    const end = exited === null ? null : await Promise.race([exited, this.#wait(qmpLostMs).then(() => null)]);
    const raw = (await readLogTail(this.#paths.boot(this.#state.boot).engineLog)).trimEnd();
    await this.#consoles.endBoot('the engine ended at once');
    this.#state.detach();
    await removeLeftOvers(this.#paths);
    return earlyEndError(end, raw, await this.#explain(raw, 'launch'));
  }

  /** A look at the host must not keep a failure from being told. */
  async #explain(log: string, moment: 'launch' | 'end') {
    const { engine, instanceOf = () => null, explain } = this.#services;
    return explain(log, moment, { spec: this.#state.spec, engine, instanceOf });
  }

  async #endStray(exited: Promise<ProcessEnd> | null): Promise<void> {
    const { identity } = this.#state;
    if (identity === null) return;
    const { clock, log } = this.#services;
    const stray = new RunningGuest({ identity, exited, clock, log });
    await stray.stop(0);
    stray.release();
    await this.#consoles.endBoot('the launch was given up');
    if ((await processState(identity)) !== 'alive') await removeLeftOvers(this.#paths);
    this.#state.detach();
  }

  /** Ends what was started; the failure says why, with what it said. */
  async #giveUp(reason: string, exited: Promise<ProcessEnd> | null): Promise<SlipwayError> {
    await this.#endStray(exited);
    return givenUpError(reason, (await readLogTail(this.#paths.boot(this.#state.boot).engineLog)).trimEnd());
  }

  get #paths() {
    return this.#services.paths.instance(this.#state.spec.id);
  }

  #wait(ms: number): Promise<void> {
    return this.#services.clock.wait(ms, this.#disposal.signal).catch(() => undefined);
  }
}
