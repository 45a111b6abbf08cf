/** `$((…))`: whole numbers, `+ - * / %` and parentheses. Anything else is null. */
export function evaluateArithmetic(text: string, variableOf: (name: string) => string | null): number | null {
  const tokens = text.match(/0[xX][0-9a-fA-F]+|\d+|\$?\{?[A-Za-z_]\w*\}?|<<|>>|[-+*/%()]|\S/g) ?? [];
  let at = 0;
  const levels = [
    ['<<', '>>'],
    ['+', '-'],
    ['*', '/', '%'],
  ];

  function binary(level: number): number | null {
    const operators = levels[level];
    if (operators === undefined) return unary();
    let left = binary(level + 1);
    while (left !== null && operators.includes(tokens[at] ?? '')) {
      const operator = tokens[at++];
      const right = binary(level + 1);
      left = right === null ? null : apply(operator, left, right);
    }
    return left;
  }

  function unary(): number | null {
    const token = tokens[at++];
    if (token === undefined) return null;
    if (token === '-' || token === '+') {
      const value = unary();
      return value === null ? null : token === '-' ? -value : value;
    }
    if (token === '(') {
      const value = binary(0);
      return tokens[at++] === ')' ? value : null;
    }
    if (/^\d/.test(token)) return Number(token);
    const name = /[A-Za-z_]\w*/.exec(token)?.[0];
    const value = name === undefined ? null : variableOf(name);
    return value !== null && /^\s*-?(0x[0-9a-f]+|\d+)\s*$/i.test(value) ? Number(value) : null;
  }

  const result = binary(0);
  return at === tokens.length ? result : null;
}

function apply(operator: string | undefined, left: number, right: number): number | null {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? null : Math.trunc(left / right);
    case '%':
      return right === 0 ? null : left % right;
    case '<<':
      return left * 2 ** right;
    case '>>':
      return Math.floor(left / 2 ** right);
    default:
      return null;
  }
}
