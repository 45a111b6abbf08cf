/** `--machine json`, the one option of every command. Pure. */

interface Taken {
  readonly machine: boolean;
  readonly rest: string[];
  readonly problem: string | null;
}

/**
 * It may stand anywhere. For `console` the same word is ffx's name for the QMP console: behind that command it is taken
 * for the format only where `json` follows.
 */
export function takeMachine(argv: readonly string[]): Taken {
  const rest = [...argv];
  const command = argv.indexOf('console');
  const isConsole = command !== -1 && argv.slice(0, command).every((word) => word.startsWith('--') || word === 'json');
  const at = rest.findIndex((argument, index) => {
    if (argument.startsWith('--machine=')) return true;
    return argument === '--machine' && !(isConsole && index > command && rest[index + 1] !== 'json');
  });
  if (at === -1) return { machine: false, rest, problem: null };
  const [argument = ''] = rest.splice(at, 1);
  const format = argument.includes('=') ? argument.slice('--machine='.length) : rest.splice(at, 1)[0];
  return { machine: true, rest, problem: format === 'json' ? null : '--machine takes one format: json' };
}
