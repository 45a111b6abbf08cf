/** Something long that goes on, how far it is, and the way to stop it. */
import { Button } from '../../ui/button.tsx';
import { Meter } from '../../ui/meter.tsx';
import type { Work } from './workspace-context.ts';

export function WorkStrip({ work }: { work: Work }) {
  return (
    <div className="console-strip console-work" data-tone="info" role="status">
      <span className="console-strip-text">{work.text}</span>
      <Meter label={work.text} done={work.done} total={work.total} />
      <Button small onClick={work.stop}>
        {work.stopLabel}
      </Button>
    </div>
  );
}
