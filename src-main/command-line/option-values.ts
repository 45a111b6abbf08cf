/** The values options take, as text from a shell. Each throws a UsageError that names the option. Pure. */
import { type SerialName, serialNames } from '../../src-shared/model/console.ts';
import { UsageError } from './usage.ts';

export function choiceOf<T extends string>(text: string, choices: readonly T[], option: string): T {
  const found = choices.find((known) => known === text);
  if (found === undefined) throw new UsageError(`${option} is one of ${choices.join(', ')}; not "${text}"`);
  return found;
}

export function wholeNumberOf(text: string, option: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new UsageError(`${option} takes a whole number, not "${text}"`);
  return value;
}

export function portNumberOf(text: string, option: string, least = 1): number {
  const port = wholeNumberOf(text, option);
  if (port < least || port > 65535) throw new UsageError(`${option} takes a port number, not "${text}"`);
  return port;
}

/** In milliseconds; fractions of a second are welcome. */
export function secondsOf(text: string, option: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new UsageError(`${option} takes seconds, not "${text}"`);
  return value * 1000;
}

/** null: the current boot. */
export function bootOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const boot = wholeNumberOf(text, '--boot');
  if (boot === 0) throw new UsageError('--boot takes the number of a boot; the first is 1');
  return boot;
}

/** The name of the serial line with this number; of the first where there is none. */
export function serialLineOf(text: string | undefined): SerialName {
  if (text === undefined) return 'serial';
  const name = serialNames[wholeNumberOf(text, '--line') - 1];
  if (name === undefined) throw new UsageError(`--line takes the number of a serial line, 1 to ${serialNames.length}`);
  return name;
}

/** `NAME:GUEST[:HOST]`, `NAME:GUEST:ADDRESS:HOST`, each with `/udp` behind it or not. */
export function portMappingOf(text: string, option = '--port') {
  const match = /^([^:/]+):(\d+)(?::(?:([^:/]+):)?(\d+))?(?:\/(tcp|udp))?$/.exec(text);
  const [, name, guest, bind, host, protocol] = match ?? [];
  if (name === undefined || guest === undefined)
    throw new UsageError(`${option} takes NAME:GUEST[:[ADDRESS:]HOST][/udp], not "${text}"`);
  // HOST:GUEST, as other tools have it, would forward some other port and say nothing.
  if (/^[\d.]+$/.test(name))
    throw new UsageError(`${option} begins with a NAME, and "${name}" is a number: ${option} NAME:GUEST:HOST`);
  return {
    name,
    protocol: protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
    guest: portNumberOf(guest, option),
    // 0 is how a free port is asked for everywhere else.
    host: host === undefined || host === '0' ? null : portNumberOf(host, option),
    ...(bind === undefined ? {} : { bind }),
  };
}

/** ffx's `NAME:PORT`. */
export function namedPortOf(text: string, option: string, least: 0 | 1): { name: string; port: number } {
  const [, name, digits] = /^([^:/\s]+):(\d+)$/.exec(text) ?? [];
  if (name === undefined || digits === undefined) throw new UsageError(`${option} takes NAME:PORT, not "${text}"`);
  return { name, port: portNumberOf(digits, option, least) };
}

export function booleanOf(text: string, option: string): boolean {
  return choiceOf(text, ['true', 'false'] as const, option) === 'true';
}
