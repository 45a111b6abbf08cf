/** What every command is given. */
import type { Paths } from '../core/home/paths.ts';
import type { SessionClient } from '../headless/session-client.ts';
import type { Output } from './terminal-output.ts';

export interface CommandContext {
  readonly client: SessionClient;
  /** Whether this very process is the home's owner, so that what is under way ends with us. */
  readonly service: { readonly isOwner: boolean };
  readonly paths: Paths;
  readonly output: Output;
  /** Directory that relative paths are resolved against. */
  readonly directory: string;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** 0 done, 1 failed or timed out, 2 usage. */
export type ExitCode = 0 | 1 | 2;

export type Command = (args: string[], context: CommandContext) => Promise<ExitCode>;
