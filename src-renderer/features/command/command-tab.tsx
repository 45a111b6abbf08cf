/** command/ owns how a command line is shown: every argument with its field and reason, what differs, what it exports to. */
import './command.css';
import { FileDown, FileStack } from 'lucide-react';
import { useState } from 'react';
import { toFailure } from '../../../src-shared/contract/errors.ts';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication, useDetails } from '../../state/context.tsx';
import { actionsOf } from '../../state/instances.ts';
import { commandStrings } from '../../strings/command.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ArgumentTable } from './argument-table.tsx';
import { differenceOf, isDifferent } from './command-difference.ts';
import { DifferenceList } from './difference-list.tsx';
import { saveScript } from './save-script.ts';
import { useCommandNow } from './use-command-now.ts';

export function CommandTab({ view }: { view: InstanceView }) {
  const application = useApplication();
  const details = useDetails(view.id);
  const now = useCommandNow(details);
  const [search, setSearch] = useState('');
  if (details === undefined) return <p className="page-note">{commandStrings.asking}</p>;
  const command = details.command ?? now;
  if (command === null) return <p className="page-note">{commandStrings.none}</p>;
  const { id } = view;
  const own = view.origin === 'slipway';
  const difference = details.command !== null && now !== null ? differenceOf(details.command, now) : null;
  const editable = own && actionsOf(view).has('launch');
  const exportScript = async (): Promise<void> => {
    try {
      await saveScript(application, await application.call('instance.draft', { id }));
    } catch (error) {
      application.notifyFailure(toFailure(error));
    }
  };
  return (
    <div className="command">
      {details.command === null && <p className="page-note">{commandStrings.never}</p>}
      <div className="command-head">
        <dl className="facts">
          <dt>{commandStrings.binary}</dt>
          <dd className="mono">{command.binary}</dd>
          <dt>{commandStrings.directory}</dt>
          <dd className="mono">{command.workingDirectory}</dd>
        </dl>
        <div className="command-tools">
          <input
            className="input"
            type="search"
            aria-label={commandStrings.search}
            placeholder={commandStrings.search}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          <CopyButton text={command.shellLine} label={commandStrings.copy} />
          <Button small icon={FileDown} onClick={() => unawaited(exportScript())}>
            {commandStrings.script}
          </Button>
          <Button small icon={FileStack} onClick={() => application.openDialog({ kind: 'saveTemplate', id })}>
            {commandStrings.template}
          </Button>
        </div>
      </div>
      {difference !== null && isDifferent(difference) && (
        <section className="command-difference" aria-label={commandStrings.changed}>
          <h2>{commandStrings.changed}</h2>
          <p className="field-hint">{commandStrings.changedAbout}</p>
          <DifferenceList difference={difference} />
        </section>
      )}
      <ArgumentTable
        command={command}
        search={search}
        onField={editable ? (field) => application.openDialog({ kind: 'edit', id, field }) : null}
      />
    </div>
  );
}
