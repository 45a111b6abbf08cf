/** Who a client of the core is, what its face can do for it, and what a handler may do with its session. */
import type { CallInput, CallParsed } from '../../../src-shared/contract/calls.ts';
import type { ConsoleFrame } from '../../../src-shared/contract/console-frames.ts';
import type { Viewing } from '../instances/managed-instance.ts';
import type { PathTokens } from './path-tokens.ts';

/** `instance`: for this instance from now on. */
export type PowerAnswer = 'no' | 'once' | 'instance' | 'always';

/** What only a face can do, because it needs a native dialog. A face that cannot leaves it out. */
export interface FaceAbilities {
  pickFile?(request: CallInput<'files.pick'>): Promise<string | null>;
  openLink?(url: string): Promise<void>;
  focus?(): void;
  /** A console in a window of its own. */
  detach?(target: CallParsed<'window.detach'>): Promise<void>;
  /** Asks the person, natively, before something powerful is done. */
  confirm?(question: { title: string; detail: string; action: string }): Promise<boolean>;
  /** The same for what will be asked again and again: the answer says for how long it holds. */
  choose?(question: { title: string; detail: string; action: string }): Promise<PowerAnswer>;
}

export interface ClientIdentity {
  readonly trust: 'page' | 'user';
  readonly face: 'window' | 'web' | 'command-line';
  /** `serve --allow-power`: what would be confirmed natively is allowed over the web face. */
  readonly allowPower: boolean;
  readonly abilities: FaceAbilities;
}

/** A session as a handler sees it. */
export interface SessionContext {
  readonly identity: ClientIdentity;
  readonly tokens: PathTokens;
  /**
   * Opens a console for this client and numbers it. Frames can come before the answer to the call does, and that would
   * leave them without a terminal; so they are held back until the answer was sent.
   */
  view(open: (send: (frame: Omit<ConsoleFrame, 'viewer'>) => void) => Promise<Viewing>): Promise<number>;
  closeViewer(viewer: number): void;
}
