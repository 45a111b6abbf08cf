import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const page = join(import.meta.dirname, '..');

/** Files whose literal texts are the machine’s, the same in every language. */
const machineWords: readonly string[] = [
  // Keys of the keyboard.
  'features/instances/instance-header.tsx',
  // Command lines, to be copied.
  'features/ports/copy-lines.ts',
  // Protocols.
  'features/ports/port-editor.tsx',
];

/** What these say is read by a person, or said to them. */
const spoken = new Set([
  'about',
  'alt',
  'aria-description',
  'aria-label',
  'aria-placeholder',
  'aria-roledescription',
  'aria-valuetext',
  'hint',
  'label',
  'lead',
  'placeholder',
  'step',
  'text',
  'title',
  'verb',
]);

/** A letter is prose; numbers, signs and units of one letter's width are not worth a name. */
const isProse = (text: string): boolean => /\p{L}{2,}/u.test(text);

/** The literal texts an expression can come to: through conditions, `&&`, `??`, templates and concatenations. */
function literalsOf(node: ts.Node): ts.Node[] {
  if (ts.isStringLiteralLike(node)) return [node];
  if (ts.isTemplateExpression(node))
    return [node.head, ...node.templateSpans.map(({ literal }) => literal)].filter(({ text }) => isProse(text));
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return literalsOf(node.expression);
  if (ts.isConditionalExpression(node)) return [...literalsOf(node.whenTrue), ...literalsOf(node.whenFalse)];
  if (ts.isBinaryExpression(node)) {
    const valued = [
      ts.SyntaxKind.AmpersandAmpersandToken,
      ts.SyntaxKind.BarBarToken,
      ts.SyntaxKind.QuestionQuestionToken,
      ts.SyntaxKind.PlusToken,
    ].includes(node.operatorToken.kind);
    if (!valued) return [];
    // The left side of && is asked, not shown.
    const left = node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken ? [] : literalsOf(node.left);
    return [...left, ...literalsOf(node.right)];
  }
  return [];
}

const textOf = (node: ts.Node): string => ('text' in node && typeof node.text === 'string' ? node.text.trim() : '');

/** Each literal prose of one file, as "line: text". */
function proseIn(source: string): { readonly line: number; readonly text: string }[] {
  const file = ts.createSourceFile('file.tsx', source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: { line: number; text: string }[] = [];
  const keep = (node: ts.Node): void => {
    const text = textOf(node);
    if (isProse(text)) found.push({ line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1, text });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) keep(node);
    else if (ts.isJsxExpression(node) && node.expression !== undefined && !ts.isJsxAttribute(node.parent))
      literalsOf(node.expression).forEach(keep);
    else if (ts.isJsxAttribute(node) && spoken.has(node.name.getText(file)) && node.initializer !== undefined) {
      if (ts.isStringLiteral(node.initializer)) keep(node.initializer);
      else if (ts.isJsxExpression(node.initializer) && node.initializer.expression !== undefined)
        literalsOf(node.initializer.expression).forEach(keep);
    }
    // The same words as data: { label: 'Light' }.
    else if (ts.isPropertyAssignment(node) && !ts.isComputedPropertyName(node.name) && spoken.has(textOf(node.name)))
      literalsOf(node.initializer).forEach(keep);
    node.forEachChild(visit);
  };
  visit(file);
  return found;
}

function sources(folder: string): string[] {
  return readdirSync(join(page, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name));
}

/** The gallery's specimens say nothing to anybody. */
const exempt = /^features\/gallery\//;

describe('texts that a person reads', () => {
  const files = [...sources('features'), ...sources('ui')].filter((name) => !exempt.test(name));
  const withProse = files
    .map((name) => ({ name, prose: proseIn(readFileSync(join(page, name), 'utf8')) }))
    .filter(({ prose }) => prose.length > 0);

  it('live in strings/, not where they are shown', () => {
    const lines = withProse
      .filter(({ name }) => !machineWords.includes(name))
      .flatMap(({ name, prose }) => prose.map(({ line, text }) => `src-renderer/${name}:${line}: ${text}`));
    expect(lines, `move these to src-renderer/strings/\n${lines.join('\n')}`).toEqual([]);
  });

  it('no file is excused that need not be', () => {
    expect(machineWords.filter((name) => !withProse.some((file) => file.name === name))).toEqual([]);
  });

  it('are found in all the places where they hide', () => {
    const found = proseIn(`
      const row = { label: 'As data', kind: 'not shown' };
      const view = (
        <Field label="In an attribute" className="not shown" title={on ? 'When on' : other} hint={\`With \${n} parts\`}>
          As text {ready && 'In braces'} {value ?? 'Otherwise'} {'a' === b} × 80
        </Field>
      );`);
    expect(found.map(({ text }) => text)).toEqual([
      'As data',
      'In an attribute',
      'When on',
      'With',
      'parts',
      'As text',
      'In braces',
      'Otherwise',
    ]);
  });
});
