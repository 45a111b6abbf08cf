/** The failure of an instance: with its fixes, its command line, and the ways to everything else that was kept. */
import { ScrollText, Timer } from 'lucide-react';
import { useState } from 'react';
import { type Failure, type Fix, toFailure } from '../../../src-shared/contract/errors.ts';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication, useDetails } from '../../state/context.tsx';
import { failureStrings as strings } from '../../strings/failure.ts';
import { Button } from '../../ui/button.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { FailurePanel } from './failure-panel.tsx';
import { failureReport } from './failure-report.ts';
import { FixButtons } from './fix-buttons.tsx';

export function InstanceFailure({ view, failure }: { view: InstanceView; failure: Failure }) {
  const application = useApplication();
  const details = useDetails(view.id);
  const [busy, setBusy] = useState(false);
  const { boot, lastLines } = view.status;
  const command = details?.command?.shellLine;

  const repair = async (index: number): Promise<void> => {
    setBusy(true);
    try {
      application.launched(await application.call('instance.fix', { id: view.id, boot, index }));
    } catch (error) {
      application.notifyFailure(toFailure(error));
    } finally {
      setBusy(false);
    }
  };
  const act = (fix: Fix, index: number): void => {
    switch (fix.kind) {
      case 'edit':
        application.openDialog({ kind: 'edit', id: view.id, field: fix.field });
        return;
      case 'open':
        application.showPage(fix.page);
        return;
      case 'copy':
        unawaited(
          copyText(fix.text).then((done) =>
            application.notify({
              tone: 'plain',
              text: done ? strings.copied : strings.notCopied,
              failure: null,
              action: null,
            }),
          ),
        );
        return;
      default:
        unawaited(repair(index));
    }
  };
  const openLog = (): void => {
    application.showTab('console');
    application.stores.view.setState({ consoleToShow: { id: view.id, console: 'log' } });
  };
  return (
    <FailurePanel
      failure={failure}
      lastLines={lastLines}
      command={command}
      fixes={<FixButtons fixes={failure.fixes ?? []} busy={busy} onFix={act} />}
      links={
        <>
          {command !== undefined && (
            <Button small tone="quiet" icon={ScrollText} onClick={openLog}>
              {strings.engineLog}
            </Button>
          )}
          {view.origin === 'slipway' && boot > 0 && (
            <Button small tone="quiet" icon={Timer} onClick={() => application.showTab('timeline')}>
              {strings.timeline}
            </Button>
          )}
          <CopyButton text={failureReport({ view, failure, command })} label={strings.copyReport} />
        </>
      }
    />
  );
}
