/** A layout as it is kept between two visits. What is not one, or no longer one, is forgotten without a word. */
import * as z from 'zod';
import { consoleNameSchema } from '../../../../src-shared/model/console.ts';
import { close, withSerialPorts } from './change-layout.ts';
import { defaultLayout } from './default-layout.ts';
import { type Layout, type LayoutNode, mostPanes, panesOf, tabsIn } from './layout.ts';

const id = z.string().max(40);
const boot = z.number().int().positive();
const contentSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('console'), console: consoleNameSchema, boot: boot.nullable() }),
  z.strictObject({ kind: z.literal('transcript'), console: consoleNameSchema, boot, offset: z.number().min(0) }),
  z.strictObject({ kind: z.literal('file'), file: id, name: z.string() }),
]);
const paneSchema = z.strictObject({
  kind: z.literal('pane'),
  id,
  tabs: z.array(z.strictObject({ id, content: contentSchema })).max(64),
  active: id.nullable(),
});
const nodeSchema: z.ZodType<LayoutNode> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    paneSchema,
    z.strictObject({
      kind: z.literal('split'),
      id,
      direction: z.enum(['right', 'down']),
      children: z.array(nodeSchema).min(1).max(mostPanes),
      sizes: z.record(z.string(), z.number()),
    }),
  ]),
);
const layoutSchema = z.strictObject({
  root: nodeSchema,
  focused: id,
  next: z.number().int().positive(),
  serialPorts: z.number().int().positive(),
});

/** Only the consoles that are always there are kept: transcripts and files are what was looked at, not a layout. */
export function storedText(layout: Layout): string {
  return JSON.stringify(lasting(layout));
}

function lasting(layout: Layout): Layout {
  let kept = layout;
  for (const { id: tab, content } of tabsIn(layout))
    if (content.kind !== 'console' || content.boot !== null) kept = close(kept, tab);
  return kept;
}

export function layoutFrom(text: string | null, serialPorts: number): Layout {
  const parsed = layoutSchema.safeParse(text === null ? null : parse(text));
  if (!parsed.success || !isSound(parsed.data)) return defaultLayout(serialPorts);
  return withSerialPorts(parsed.data, serialPorts);
}

function isSound({ root, next }: Layout): boolean {
  const panes = panesOf(root);
  const tabs = panes.flatMap((pane) => pane.tabs);
  const ids = [...panes, ...tabs].map((one) => one.id);
  const fresh = ids.every((one) => Number(/-(\d+)$/.exec(one)?.[1] ?? Number.NaN) < next);
  const live = tabs.every(({ content }) => content.kind === 'console' && content.boot === null);
  const fronts = panes.every((pane) => pane.tabs.some((tab) => tab.id === pane.active));
  return panes.length <= mostPanes && new Set(ids).size === ids.length && fresh && live && fronts;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
