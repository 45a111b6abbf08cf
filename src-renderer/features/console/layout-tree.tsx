/** The splits of a workspace, drawn: panes side by side or above each other, with a line between them to drag. */
import { Fragment } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { consoleStrings } from '../../strings/console.ts';
import { resize } from './layout/change-layout.ts';
import type { LayoutNode } from './layout/layout.ts';
import { Pane } from './pane.tsx';
import { useWorkspace } from './workspace-context.ts';

const smallest = { right: 160, down: 96 };

export function LayoutTree({ node }: { node: LayoutNode }) {
  const { change } = useWorkspace();
  if (node.kind === 'pane') return <Pane key={node.id} pane={node} />;
  const orientation = node.direction === 'right' ? 'horizontal' : 'vertical';
  return (
    <Group
      // Made anew when its panes change: shares that were dragged belong to those that were there.
      key={`${node.id}:${node.children.map((child) => child.id).join()}`}
      className="console-split"
      orientation={orientation}
      onLayoutChanged={(sizes, { isUserInteraction }) => {
        if (isUserInteraction) change((layout) => resize(layout, node.id, sizes));
      }}
    >
      {node.children.map((child, index) => (
        <Fragment key={child.id}>
          {index > 0 && (
            <Separator
              className="divider console-divider"
              data-direction={node.direction}
              aria-label={consoleStrings.panes.resize}
            />
          )}
          <Panel
            id={child.id}
            className="console-panel"
            minSize={smallest[node.direction]}
            {...(node.sizes[child.id] !== undefined && { defaultSize: `${node.sizes[child.id]}%` })}
          >
            <LayoutTree node={child} />
          </Panel>
        </Fragment>
      ))}
    </Group>
  );
}
