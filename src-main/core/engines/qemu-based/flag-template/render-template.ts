/** Handlebars with everything taken away that a flag template has no business with, and a bound on what it may do. */
import Handlebars from 'handlebars';
import type { Failure } from '../../../../../src-shared/contract/errors.ts';
import { templateFunctions } from './template-functions.ts';

/** The largest argv of a real emulator has 4 KiB. */
const largestOutput = 1024 * 1024;
/** Rounds of `each`, all loops together. Only loops multiply work: there are no partials to recurse into. */
const mostRounds = 5000;
/** What `each` loops over is bounded, and so must be how often one template can name it. */
const mostNodes = 5000;

const builtIns = ['if', 'unless', 'each', 'with', 'lookup'];

export type RenderResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly failure: Failure };

interface Place {
  readonly line: number;
  readonly column: number;
}

/** Pure but for the CPU time, which is bounded. */
export function renderTemplate(
  template: { readonly name: string; readonly text: string },
  context: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): RenderResult {
  try {
    const functions = templateFunctions(environment);
    const program = Handlebars.parse(template.text);
    checkNodes(program, new Set([...builtIns, ...Object.keys(functions)]));
    const handlebars = environmentFor(functions);
    // The text is compiled, not the tree that was checked: a tree is code to Handlebars, a text is only a template.
    const render = handlebars.compile(template.text, { noEscape: true, strict: true, preventIndent: true });
    const text = render(context, { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false });
    if (text.length > largestOutput) throw new TemplateError('the result is too large', null);
    return { ok: true, text };
  } catch (error) {
    return { ok: false, failure: failureOf(template, error) };
  }
}

class TemplateError extends Error {
  readonly place: Place | null;
  constructor(message: string, place: Place | null) {
    super(message);
    this.place = place;
  }
}

function environmentFor(functions: ReturnType<typeof templateFunctions>): typeof Handlebars {
  const handlebars = Handlebars.create();
  const plainEach = handlebars.helpers.each;
  let rounds = 0;
  let produced = 0;
  handlebars.unregisterHelper('log');
  for (const [name, run] of Object.entries(functions)) {
    // Handlebars adds its own options as the last parameter.
    handlebars.registerHelper(name, (...parameters: unknown[]) => run(...parameters.slice(0, -1)));
  }
  handlebars.registerHelper('each', function (this: unknown, items: unknown, options: Handlebars.HelperOptions) {
    const fn: typeof options.fn = (item: unknown, runtime) => {
      rounds++;
      const text = options.fn(item, runtime);
      produced += text.length;
      if (rounds > mostRounds || produced > largestOutput) throw new TemplateError('its loops never seem to end', null);
      return text;
    };
    return plainEach?.call(this, items, { ...options, fn });
  });
  return handlebars;
}

/** Refuses what is not offered, at its place: Handlebars itself would say so without one, or not at all. */
function checkNodes(program: hbs.AST.Program, known: ReadonlySet<string>): void {
  let nodes = 0;
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (Array.isArray(value) || typeof value !== 'object' || value === null) return;
    if ('type' in value && typeof value.type === 'string') {
      if (++nodes > mostNodes) throw new TemplateError('it is too long', placeIn(value));
      checkNode(value.type, value, known);
    }
    for (const [key, child] of Object.entries(value)) if (key !== 'loc') visit(child);
  };
  visit(program);
}

function checkNode(type: string, node: object, known: ReadonlySet<string>): void {
  if (/^(Partial|Decorator)/.test(type)) {
    throw new TemplateError('partials and decorators are not available', placeIn(node));
  }
  const { path, params } = node as { path?: { original?: unknown }; params?: readonly unknown[] };
  const isCall = type === 'SubExpression' || ((params?.length ?? 0) > 0 && /Statement$/.test(type));
  const name = String(path?.original ?? '');
  if (isCall && !known.has(name)) {
    throw new TemplateError(`there is no function "${name}"; there are ${[...known].join(', ')}`, placeIn(node));
  }
}

function placeIn(node: object): Place | null {
  const { loc } = node as { loc?: { start?: { line?: unknown; column?: unknown } } };
  const { line, column } = loc?.start ?? {};
  // Handlebars counts columns from 0, editors from 1.
  return typeof line === 'number' && typeof column === 'number' ? { line, column: column + 1 } : null;
}

function failureOf(template: { readonly name: string; readonly text: string }, error: unknown): Failure {
  const raw = error instanceof Error ? error.message : String(error);
  const place = placeOfError(template.text, error);
  const where = place === null ? '' : ` line ${place.line}, column ${place.column}:`;
  return { code: 'invalid_input', message: `${template.name}:${where} ${explain(raw)}.`, raw };
}

function explain(raw: string): string {
  if (/^Parse error/.test(raw)) return 'the template cannot be read';
  const missing = /^"(.*)" not defined in/.exec(raw);
  if (missing !== null) return `there is no "${missing[1]}" in the configuration`;
  return raw.replace(/ - \d+:\d+$/, '').replace(/\.$/, '');
}

function placeOfError(text: string, error: unknown): Place | null {
  if (error instanceof TemplateError) return error.place;
  if (!(error instanceof Error)) return null;
  const { lineNumber, column } = error as { lineNumber?: unknown; column?: unknown };
  if (typeof lineNumber === 'number' && typeof column === 'number') return { line: lineNumber, column: column + 1 };
  return placeOfParseError(text, error.message);
}

/**
 * The parser's message is `Parse error on line N:`, then up to 20 characters before the fault and some behind it, then a
 * line of hyphens with a caret under the fault. The column is where those characters end in that line.
 */
function placeOfParseError(text: string, message: string): Place | null {
  const [, number, shown, pointer] = /^Parse error on line (\d+):\n(.*)\n(-*)\^/.exec(message) ?? [];
  if (number === undefined || shown === undefined || pointer === undefined) return null;
  const line = Number(number);
  const content = text.split('\n')[line - 1] ?? '';
  const before = shown.slice(0, pointer.length).replace(/^\.\.\./, '');
  for (let skip = 0; skip < before.length; skip++) {
    const at = content.indexOf(before.slice(skip));
    if (at >= 0) return { line, column: at + before.length - skip + 1 };
  }
  return { line, column: 1 };
}
