/** What can be done with the rows that are chosen, and with how many of them. */
import { X } from 'lucide-react';
import { unawaited } from '../../api/unawaited.ts';
import { actOnMany } from '../../state/bulk.ts';
import { useApplication } from '../../state/context.tsx';
import { instanceStrings } from '../../strings/instances.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { useChosen } from './use-chosen.ts';

const strings = instanceStrings.chosen;

interface VerbProps {
  readonly name: string;
  readonly possible: number;
  readonly all: number;
  readonly onClick: () => void;
}

function Verb({ name, possible, all, onClick }: VerbProps) {
  return (
    <Button
      small
      tone="quiet"
      disabled={possible === 0}
      aria-label={strings.of(name, possible, all)}
      title={strings.of(name, possible, all)}
      onClick={onClick}
    >
      {strings.some(name, possible, all)}
    </Button>
  );
}

export function ChosenBar() {
  const application = useApplication();
  const { all, startable, stoppable, deletable, ours } = useChosen();
  if (all.length === 0) return null;
  const count = all.length;
  return (
    <section className="chosen-bar" aria-label={strings.bar}>
      <p className="chosen-count" role="status">
        {strings.count(count)}
      </p>
      <IconButton
        small
        icon={X}
        label={strings.clear}
        keys="Esc"
        onClick={() => {
          application.stores.list.setState({ chosen: new Set(), anchor: null });
          document.getElementById('instances')?.focus();
        }}
      />
      <div className="chosen-verbs">
        <Verb
          name={strings.start}
          possible={startable.length}
          all={count}
          onClick={() => unawaited(actOnMany(application, startable, 'launch'))}
        />
        <Verb
          name={strings.stop}
          possible={stoppable.length}
          all={count}
          onClick={() => unawaited(actOnMany(application, stoppable, 'stop'))}
        />
        <Verb
          name={strings.delete}
          possible={deletable.length}
          all={count}
          onClick={() => application.openDialog({ kind: 'deleteMany', ids: all })}
        />
        <Verb
          name={strings.group}
          possible={ours.length}
          all={count}
          onClick={() => application.openDialog({ kind: 'group', ids: ours })}
        />
      </div>
    </section>
  );
}
