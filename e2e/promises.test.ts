/**
 * Nobody waits for a promise by throwing it away: one that fails then ends the process, with every console in it. In
 * src-main such work goes through `unawaited`, in the page through its own; both end in a failure that is told.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const folders = ['src-main', 'src-renderer', 'src-shared'];

/** `void f()`, in whatever brackets: what comes of `f` is nobody's. `void (await f())` is waited for. */
function discardedCalls(path: string, text: string): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVoidExpression(node)) {
      let operand: ts.Expression = node.expression;
      while (ts.isParenthesizedExpression(operand)) operand = operand.expression;
      if (!ts.isAwaitExpression(operand) && !ts.isNumericLiteral(operand)) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        found.push(`${path}:${line + 1} ${node.getText().split('\n')[0]}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

it('knows a discarded call from one that is waited for', () => {
  expect(
    discardedCalls('x.ts', 'void f(); void (f().then(g)); const a = () => void (await f()); let b: void;'),
  ).toEqual(['x.ts:1 void f()', 'x.ts:1 void (f().then(g))']);
});

it('finds no promise that is thrown away', () => {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const sources = paths.filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|\/testing\//.test(path));
  expect(sources.length).toBeGreaterThan(400);
  const found = sources.flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return text.includes('void ') ? discardedCalls(path, text) : [];
  });
  expect(found).toEqual([]);
});
