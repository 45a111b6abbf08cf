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
import { list, logs, show } from './commands/look.ts';
import { pause, remove, reset, restart, resume, stop } from './commands/power.ts';
import { serve } from './commands/serve.ts';
import { start } from './commands/start.ts';
import type { Command, ExitCode } from './context.ts';
import { createOutput, type Output } from './terminal-output.ts';
import { commandUsage, UsageError, usage } from './usage.ts';

export interface Places {
  readonly assetsDirectory: string;
  readonly page: string;
}

const commands: Record<string, Command> = {
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
  console: attach,
};

export async function runCommandLine(argv: readonly string[], places: Places): Promise<ExitCode> {
  const { machine, rest, problem } = takeMachine(argv);
  const output = createOutput(machine);
  const [name, ...args] = rest;
  if (problem !== null) return usageFailure(problem, output);
  if (name === '--version') return print(output, { version }, version);
  if (name === undefined || name === '--help' || name === 'help') {
    if (name === undefined) process.stderr.write(usage);
    else print(output, { usage }, usage);
    return name === undefined ? 2 : 0;
  }
  const command = name === 'serve' ? null : commands[name];
  if (command === undefined) return usageFailure(`there is no command "${name}"`, output);
  if (args.includes('--help'))
    return print(output, { usage: commandUsage[name] ?? usage }, commandUsage[name] ?? usage);
  try {
    return await run(name, command, args, output, places);
  } catch (error) {
    if (isUsageProblem(error)) return usageFailure(error.message, output);
    output.failure(toFailure(error));
    return 1;
  }
}

async function run(
  name: string,
  command: Command | null,
  args: string[],
  output: Output,
  places: Places,
): Promise<ExitCode> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupt.abort());
  const paths = await prepareHome(defaultHome());
  const log = lineLog((line) => appendFile(paths.log, `${line}\n`, () => undefined));
  const kind = name === 'serve' ? 'web' : 'command-line';
  const service = await HomeService.open(
    { paths, assetsDirectory: places.assetsDirectory, kind, log, abilities: {} },
    { takeOver: false },
  );
  const client = SessionClient.over(service, { trust: 'user', face: 'command-line', allowPower: true, abilities: {} });
  const context = { client, service, output, directory: process.cwd(), signal: interrupt.signal };
  try {
    return command === null ? await serve(args, context, places.page) : await command(args, context);
  } finally {
    client.close();
    await service.dispose();
  }
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

function usageFailure(message: string, output: Output): ExitCode {
  if (output.machine) process.stdout.write(`${JSON.stringify({ error: { code: 'invalid_input', message } })}\n`);
  process.stderr.write(`slipway: ${message}\nSee: slipway --help\n`);
  return 2;
}

function print(output: Output, json: unknown, text: string): ExitCode {
  output.result(json, text);
  return 0;
}
