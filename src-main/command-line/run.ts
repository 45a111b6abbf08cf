/**
 * The command line face. Parses what concerns every command, opens the home (as its owner or as the owner's client) and
 * runs one command. Must never hold what a guest needs: it exits and guests run on.
 */
import { appendFile } from 'node:fs';
import { toFailure } from '../../src-shared/contract/errors.ts';
import { defaultHome } from '../core/home/paths.ts';
import { prepareHome } from '../core/home/prepare.ts';
import { lineLog } from '../core/kit/log.ts';
import { version } from '../core/kit/version.ts';
import { HomeService } from '../headless/home-service.ts';
import { SessionClient } from '../headless/session-client.ts';
import { attach } from './commands/console.ts';
import { logs } from './commands/logs.ts';
import { list, show } from './commands/look.ts';
import { pause, reset, restart, resume, stop } from './commands/power.ts';
import { serve } from './commands/serve.ts';
import { start } from './commands/start.ts';
import { remove, restore } from './commands/trash.ts';
import type { Command, ExitCode } from './context.ts';
import { createOutput, type Output } from './terminal-output.ts';
import { commandUsage, UsageError, usage, wordsOfOthers } from './usage.ts';

export interface Places {
  readonly assetsDirectory: string;
  readonly page: string;
}

const commands: Readonly<Record<string, Command>> = {
  start,
  stop,
  restart,
  reset,
  pause,
  resume,
  list,
  show,
  logs,
  delete: remove,
  restore,
  console: attach,
};

export async function runCommandLine(argv: readonly string[], places: Places): Promise<ExitCode> {
  const { machine, rest, problem } = takeMachine(argv);
  const output = createOutput(machine);
  const [name, ...args] = rest;
  if (problem !== null) return usageFailure(problem, output);
  if (name === '--version' || name === 'version') return print(output, { version }, `slipway ${version}`);
  if (name === undefined) return usageFailure('say what to do', output, usage);
  if (name === '--help' || name === '-h' || name === 'help') return help(args[0], output);
  const command = nameOf(commands, name);
  if (command === undefined && name !== 'serve') return usageFailure(unknownCommand(name), output);
  if (asksForHelp(args)) return help(name, output);
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupt.abort());
  try {
    return await run(name, command ?? null, args, { output, places, signal: interrupt.signal });
  } catch (error) {
    if (isUsageProblem(error)) return usageFailure(wordsOf(error), output, hintFor(name));
    const failure = toFailure(error);
    const cutOff = interrupt.signal.aborted && failure.code === 'connection_lost';
    output.failure(cutOff ? { code: 'cancelled', message: 'Interrupted.' } : failure);
    return 1;
  }
}

interface Circumstances {
  readonly output: Output;
  readonly places: Places;
  readonly signal: AbortSignal;
}

/** Those that end by themselves when they are interrupted, each in its own words. */
const endThemselves = new Set(['start', 'restart', 'console', 'logs', 'serve']);

async function run(
  name: string,
  command: Command | null,
  args: string[],
  { output, places, signal }: Circumstances,
): Promise<ExitCode> {
  const paths = await prepareHome(defaultHome());
  const log = lineLog((line) => appendFile(paths.log, `${line}\n`, () => undefined));
  const kind = name === 'serve' ? 'web' : 'command-line';
  const service = await HomeService.open(
    { paths, assetsDirectory: places.assetsDirectory, kind, log, abilities: {} },
    { takeOver: false, signal },
  );
  const client = SessionClient.over(service, { trust: 'user', face: 'command-line', allowPower: true, abilities: {} });
  const context = { client, service, output, directory: process.cwd(), signal };
  const cutOff = () => client.close();
  if (!endThemselves.has(name)) signal.addEventListener('abort', cutOff, { once: true });
  try {
    return command === null ? await serve(args, context, places.page) : await command(args, context);
  } finally {
    client.close();
    await service.dispose();
  }
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

/** `--machine json` may stand anywhere. */
function takeMachine(argv: readonly string[]): { machine: boolean; rest: string[]; problem: string | null } {
  const rest = [...argv];
  const at = rest.findIndex((argument) => argument === '--machine' || argument.startsWith('--machine='));
  if (at === -1) return { machine: false, rest, problem: null };
  const [argument = ''] = rest.splice(at, 1);
  const format = argument.includes('=') ? argument.slice('--machine='.length) : rest.splice(at, 1)[0];
  return { machine: true, rest, problem: format === 'json' ? null : '--machine takes one format: json' };
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
  if (output.machine) process.stdout.write(`${JSON.stringify({ error: { code: 'invalid_input', message } })}\n`);
  process.stderr.write(`slipway: ${message}\n${hint}`);
  return 2;
}

function print(output: Output, json: unknown, text: string): ExitCode {
  output.result(json, text);
  return 0;
}
