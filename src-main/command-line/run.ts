/**
 * The command line face. Parses what concerns every command, opens the home (as its owner or as the owner's client) and
 * runs one command. Must never hold what a guest needs: it exits and guests run on.
 */
import { appendFile } from 'node:fs';
import { toFailure } from '../../src-shared/contract/errors.ts';
import { defaultHome, type Paths } from '../core/home/paths.ts';
import { prepareHome } from '../core/home/prepare.ts';
import { lineLog } from '../core/kit/log.ts';
import { logFailure } from '../core/kit/unawaited.ts';
import { version } from '../core/kit/version.ts';
import { HomeService } from '../headless/home-service.ts';
import { SessionClient } from '../headless/session-client.ts';
import type { Command, CommandContext, ExitCode } from './context.ts';
import { takeMachine } from './machine-option.ts';
import { createOutput, type Output, type Streams } from './terminal-output.ts';
import { commandUsage, UsageError, usage, wordsOfOthers } from './usage.ts';

export interface Places {
  readonly assetsDirectory: string;
  readonly page: string;
}

/** Each is loaded when it is asked for: what a command does not need costs it nothing. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./commands/start.ts')).start,
  stop: async () => (await import('./commands/stop.ts')).stop,
  restart: async () => (await import('./commands/power.ts')).restart,
  reset: async () => (await import('./commands/power.ts')).reset,
  pause: async () => (await import('./commands/power.ts')).pause,
  resume: async () => (await import('./commands/power.ts')).resume,
  list: async () => (await import('./commands/look.ts')).list,
  show: async () => (await import('./commands/look.ts')).show,
  logs: async () => (await import('./commands/logs.ts')).logs,
  rename: async () => (await import('./commands/label.ts')).rename,
  label: async () => (await import('./commands/label.ts')).label,
  duplicate: async () => (await import('./commands/label.ts')).duplicate,
  fix: async () => (await import('./commands/fix.ts')).fix,
  delete: async () => (await import('./commands/trash.ts')).remove,
  restore: async () => (await import('./commands/trash.ts')).restore,
  import: async () => (await import('./commands/import.ts')).importText,
  export: async () => (await import('./commands/export.ts')).exportScript,
  template: async () => (await import('./commands/template.ts')).template,
  console: async () => (await import('./commands/console.ts')).attach,
  screenshot: async () => (await import('./commands/screenshot.ts')).screenshot,
  port: async () => (await import('./commands/port.ts')).port,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  'support-bundle': async () => (await import('./commands/support.ts')).supportBundle,
  address: async () => (await import('./commands/address.ts')).address,
};

/** A home that is open, and how it is let go of. */
export interface OpenedHome {
  readonly client: SessionClient;
  readonly service: { readonly isOwner: boolean };
  readonly paths: Paths;
  serve(args: string[], context: CommandContext): Promise<ExitCode>;
  close(): Promise<void>;
}

export interface Surroundings {
  readonly streams: Streams;
  readonly directory: string;
  open(kind: 'web' | 'command-line', signal: AbortSignal): Promise<OpenedHome>;
}

export function runCommandLine(argv: readonly string[], places: Places): Promise<ExitCode> {
  return runIn({ streams: process, directory: process.cwd(), open: (...how) => openHome(places, ...how) }, argv);
}

export async function runIn(surroundings: Surroundings, argv: readonly string[]): Promise<ExitCode> {
  const { machine, rest, problem } = takeMachine(argv);
  const output = createOutput(machine, surroundings.streams);
  const [name, ...args] = rest;
  if (problem !== null) return usageFailure(problem, output);
  if (name === '--version' || name === 'version') return print(output, { version }, `slipway ${version}`);
  if (name === undefined) return usageFailure('say what to do', output, usage);
  if (name === '--help' || name === '-h' || name === 'help') return help(args[0], output);
  const command = nameOf(commands, name);
  if (command === undefined && name !== 'serve') return usageFailure(unknownCommand(name), output);
  if (asksForHelp(args)) return help(name, output);
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  for (const signal of endingSignals) process.once(signal, onSignal);
  try {
    return await run(name, (await command?.()) ?? null, args, { output, surroundings, signal: interrupt.signal });
  } catch (error) {
    if (isUsageProblem(error)) return usageFailure(wordsOf(error), output, hintFor(name));
    const failure = toFailure(error);
    const cutOff = interrupt.signal.aborted && failure.code === 'connection_lost';
    output.failure(cutOff ? { code: 'cancelled', message: 'Interrupted.' } : failure);
    return 1;
  } finally {
    for (const signal of endingSignals) process.off(signal, onSignal);
  }
}

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface Circumstances {
  readonly output: Output;
  readonly surroundings: Surroundings;
  readonly signal: AbortSignal;
}

/** Those that end by themselves when they are interrupted, each in its own words. */
const endThemselves = new Set(['start', 'restart', 'fix', 'console', 'logs', 'serve']);

async function run(
  name: string,
  command: Command | null,
  args: string[],
  { output, surroundings, signal }: Circumstances,
): Promise<ExitCode> {
  const home = await surroundings.open(name === 'serve' ? 'web' : 'command-line', signal);
  const { client, service, paths } = home;
  const context = { client, service, paths, output, directory: surroundings.directory, signal };
  const cutOff = () => client.close();
  if (!endThemselves.has(name)) signal.addEventListener('abort', cutOff, { once: true });
  try {
    return await (command === null ? home.serve(args, context) : command(args, context));
  } finally {
    // Guests live on in any case: who hangs here would only be killed.
    await Promise.race([home.close(), patience(closingMs)]);
  }
}

/** Letting go takes less than half of it, with a launch of somebody else's to be waited for. */
const closingMs = 10_000;

function patience(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

async function openHome(
  { assetsDirectory, page }: Places,
  kind: 'web' | 'command-line',
  signal: AbortSignal,
): Promise<OpenedHome> {
  const paths = await prepareHome(defaultHome());
  const log = lineLog((line) => appendFile(paths.log, `${line}\n`, () => undefined));
  process.on('unhandledRejection', (error) => logFailure('a rejection that nobody handled', error, log));
  const service = await HomeService.open(
    { paths, assetsDirectory, kind, log, abilities: {} },
    { takeOver: false, signal },
  );
  const client = SessionClient.over(service, { trust: 'user', face: 'command-line', allowPower: true, abilities: {} });
  return {
    client,
    service,
    paths,
    async serve(args, context) {
      const { serve } = await import('./commands/serve.ts');
      return serve(args, context, service, page);
    },
    async close() {
      client.close();
      await service.dispose();
    },
  };
}

function help(topic: string | undefined, output: Output): ExitCode {
  const text = topic === undefined ? usage : nameOf(commandUsage, topic);
  if (text === undefined) return usageFailure(unknownCommand(topic ?? ''), output);
  return print(output, { usage: text }, text);
}

/** What stands after `--` is no option. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const options = end === -1 ? args : args.slice(0, end);
  return options.some((argument) => argument === '--help' || argument === '-h');
}

function unknownCommand(name: string): string {
  const meant = nameOf(wordsOfOthers, name);
  return `there is no command "${name}"${meant === undefined ? '' : `; you may mean: slipway ${meant}`}`;
}

function hintFor(name: string): string {
  return `See: slipway ${name} --help\n`;
}

/** `constructor` is no command. */
function nameOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function isUsageProblem(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

/** Node's own words go on about how to pass arguments that begin with a hyphen. */
function wordsOf(error: Error): string {
  if (error instanceof UsageError) return error.message;
  const [sentence = error.message] = error.message.split('. ');
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function usageFailure(message: string, output: Output, hint = 'See: slipway --help\n'): ExitCode {
  output.misuse(message, hint);
  return 2;
}

function print(output: Output, json: unknown, text: string): ExitCode {
  output.result(json, text);
  return 0;
}
