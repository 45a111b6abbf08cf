/** Conditions: true, false, or null for what only running something could tell. */
import { expandText, expandWords } from './expand-words.ts';
import { matchesGlob } from './glob.ts';
import { literalText, type Node, type SimpleCommand } from './syntax.ts';
import type { Variables } from './variables.ts';

export type Verdict = boolean | null;

/** The last statement decides, as in a shell. */
export function judgeConditions(nodes: readonly Node[], variables: Variables): Verdict {
  const last = nodes.at(-1);
  return last === undefined ? null : judge(last, variables);
}

export function judge(node: Node, variables: Variables): Verdict {
  const before = variables.quiet;
  variables.quiet = true;
  try {
    return judgeNode(node, variables);
  } finally {
    variables.quiet = before;
  }
}

function judgeNode(node: Node, variables: Variables): Verdict {
  switch (node.kind) {
    case 'not': {
      const verdict = judgeNode(node.node, variables);
      return verdict === null ? null : !verdict;
    }
    case 'and-or': {
      const left = judgeNode(node.left, variables);
      const decided = node.operator === '||';
      if (left === decided) return decided;
      const right = judgeNode(node.right, variables);
      if (right === decided) return decided;
      return left === null ? null : right;
    }
    case 'group':
      return judgeConditions(node.body, variables);
    case 'command':
      return judgeCommand(node, variables);
    default:
      return null;
  }
}

function judgeCommand(command: SimpleCommand, variables: Variables): Verdict {
  const name = command.words[0] === undefined ? null : literalText(command.words[0]);
  const words = command.words.slice(1);
  switch (name) {
    case 'true':
    case ':':
      return true;
    case 'false':
      return false;
    case 'test':
      return judgeTest(
        words.map((word) => expandText(word, variables)),
        false,
      );
    case '[':
    case '[[': {
      const isDouble = name === '[[';
      const expanded = isDouble ? words.map((word) => expandText(word, variables)) : fieldsOf(words, variables);
      return judgeTest(expanded.slice(0, expanded.at(-1) === (isDouble ? ']]' : ']') ? -1 : undefined), isDouble);
    }
    default:
      return null;
  }
}

/** `[ $X = y ]` with an empty X is an error to the shell; what was meant is plain. */
function fieldsOf(words: SimpleCommand['words'], variables: Variables): string[] {
  return words.map((word) => expandWords([word], variables).join(' '));
}

function judgeTest(words: readonly string[], isDouble: boolean): Verdict {
  for (const [operator, decided] of [
    ['-o', true],
    ['||', true],
    ['-a', false],
    ['&&', false],
  ] as const) {
    const at = words.indexOf(operator, 1);
    if (at <= 0 || at === words.length - 1) continue;
    const left = judgeTest(words.slice(0, at), isDouble);
    const right = judgeTest(words.slice(at + 1), isDouble);
    if (left === decided || right === decided) return decided;
    return left === null || right === null ? null : !decided;
  }
  const [first = '', second, third] = words;
  if (first === '!' && words.length > 1) {
    const verdict = judgeTest(words.slice(1), isDouble);
    return verdict === null ? null : !verdict;
  }
  if (words.length === 0) return false;
  if (words.length === 1) return first !== '';
  if (words.length === 2) {
    if (first === '-n') return second !== '';
    if (first === '-z') return second === '';
    // Files are looked at when something is launched, not while a text is read.
    return null;
  }
  if (words.length !== 3 || second === undefined || third === undefined) return null;
  switch (second) {
    case '=':
    case '==':
      return isDouble ? matchesGlob(first, third) : first === third;
    case '!=':
      return isDouble ? !matchesGlob(first, third) : first !== third;
    case '-eq':
      return Number(first) === Number(third);
    case '-ne':
      return Number(first) !== Number(third);
    case '-gt':
      return Number(first) > Number(third);
    case '-ge':
      return Number(first) >= Number(third);
    case '-lt':
      return Number(first) < Number(third);
    case '-le':
      return Number(first) <= Number(third);
    default:
      return null;
  }
}
