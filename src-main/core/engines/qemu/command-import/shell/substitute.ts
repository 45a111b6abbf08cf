/**
 * Command substitutions that have one well-known meaning, by that meaning. Nothing is ever run: whatever is not in here
 * is asked for.
 */
import { basename, dirname, resolve } from 'node:path';
import type { Expand } from './expansion.ts';
import { parseScript } from './parse-script.ts';
import type { Node } from './syntax.ts';
import type { Variables } from './variables.ts';

export function substitute(source: string, variables: Variables, expand: Expand): string | null {
  let nodes: readonly Node[];
  try {
    nodes = parseScript(source).nodes;
  } catch {
    return null;
  }
  const [node, ...more] = nodes;
  if (more.length > 0) return lastOfSequence(nodes, variables, expand);
  return node === undefined ? '' : outputOf(node, variables, expand);
}

/** `cd …; pwd`. */
function lastOfSequence(nodes: readonly Node[], variables: Variables, expand: Expand): string | null {
  const [first, second, ...more] = nodes;
  if (first === undefined || second === undefined || more.length > 0) return null;
  return changed({ kind: 'and-or', left: first, operator: '&&', right: second }, variables, expand);
}

function outputOf(node: Node, variables: Variables, expand: Expand): string | null {
  if (node.kind === 'and-or') return changed(node, variables, expand);
  if (node.kind !== 'command' || node.assignments.length > 0) return null;
  const [name, ...args] = expand.words(node.words, variables);
  const paths = args.filter((word) => !/^-./.test(word));
  const [first = '', second] = paths;
  const at = (path: string) => resolve(variables.directory, path);
  switch (name) {
    case 'pwd':
      variables.note(`$(pwd) is taken to be ${variables.directory}.`);
      return variables.directory;
    case 'nproc':
      variables.note(`$(nproc) is the number of processors of this computer now: ${variables.host.processors}.`);
      return String(variables.host.processors);
    case 'getconf':
      return args[0] === '_NPROCESSORS_ONLN' ? String(variables.host.processors) : null;
    case 'uname':
      if (args[0] !== '-m' && args[0] !== '-s') return null;
      return args[0] === '-s' ? 'Linux' : variables.host.machine;
    case 'dirname':
      return paths.length === 1 ? dirname(first) : null;
    case 'basename':
      return paths.length === 1 || paths.length === 2 ? basename(first, second) : null;
    case 'realpath':
    case 'readlink':
      return paths.length === 1 ? at(first) : null;
    case 'which':
    case 'command':
    case 'type':
      return paths.length === 1 ? first : null;
    case 'echo':
      return args.filter((word, index) => !(index === 0 && word === '-n')).join(' ');
    default:
      return null;
  }
}

/** `cd "$(dirname "$0")" && pwd`. */
function changed(node: Extract<Node, { kind: 'and-or' }>, variables: Variables, expand: Expand): string | null {
  const { left, right } = node;
  if (node.operator !== '&&' || left.kind !== 'command' || right.kind !== 'command') return null;
  const [cd, ...args] = expand.words(left.words, variables);
  const [pwd] = expand.words(right.words, variables);
  const target = args.find((word) => !/^-./.test(word));
  if (cd !== 'cd' || pwd !== 'pwd' || target === undefined) return null;
  return resolve(variables.directory, target);
}
