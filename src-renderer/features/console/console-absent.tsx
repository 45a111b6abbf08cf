/** What stands where a console has no text: what will come, what is going on, or why nothing came. */
import type { ConsoleName } from '../../../src-shared/model/console.ts';
import type { ViewerState } from '../../api/console-viewer.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { formatProgress } from '../../state/format.ts';
import { actionsOf } from '../../state/instances.ts';
import { consoleStrings } from '../../strings/console.ts';
import { Button } from '../../ui/button.tsx';
import { Meter } from '../../ui/meter.tsx';
import type { ConsoleContent } from './use-console.ts';
import { useWorkspace } from './workspace-context.ts';

const { states } = consoleStrings;

export interface ConsoleAbsentProps {
  readonly content: ConsoleContent;
  readonly state: ViewerState;
  readonly hasText: boolean;
  readonly reopen: () => void;
}

function willAppear(console: ConsoleName): string {
  return console === 'monitor' || console === 'qmp' || console === 'log'
    ? states.willAppear[console]
    : states.willAppear.serial;
}

export function ConsoleAbsent({ content, state, hasText, reopen }: ConsoleAbsentProps) {
  const application = useApplication();
  const { view } = useWorkspace();
  const { phase, progress, failure, boot } = view.status;
  const current = content.boot === null;
  if (current && !hasText && (phase === 'staging' || phase === 'starting'))
    return (
      <div className="console-absent" role="status">
        <p>{progress === null ? states.starting : progress.step}</p>
        {progress !== null && <p className="console-absent-numbers">{formatProgress(progress)}</p>}
        {progress !== null && progress.total > 0 && (
          <Meter label={progress.step} done={progress.done} total={progress.total} />
        )}
      </div>
    );
  if (current && !hasText && phase === 'failed' && failure !== null)
    return (
      <div className="console-absent">
        <p className="console-absent-failure">{failure.message}</p>
        {failure.cause !== undefined && <p>{failure.cause}</p>}
        {failure.hint !== undefined && <p className="field-hint">{failure.hint}</p>}
      </div>
    );
  if (current && !hasText && boot === 0)
    return (
      <div className="console-absent">
        <p>{states.neverLaunched}</p>
        <p className="field-hint">{willAppear(content.console)}</p>
        {actionsOf(view).has('launch') && (
          <Button tone="primary" onClick={() => unawaited(application.act(view.id, 'launch'))}>
            {states.launch}
          </Button>
        )}
      </div>
    );
  if (state.state === 'failed')
    return (
      <div className="console-absent">
        <p>{state.failure.message}</p>
        {state.failure.hint !== undefined && <p className="field-hint">{state.failure.hint}</p>}
        <Button small onClick={reopen}>
          {states.retry}
        </Button>
      </div>
    );
  return null;
}
