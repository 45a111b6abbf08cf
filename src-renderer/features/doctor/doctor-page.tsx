/**
 * doctor/ owns what is said of the host: the page with the whole report, and the badge of an accelerator. It must never
 * run a repair: commands are shown to be copied, because they need rights that Slipway does not want.
 */
import './doctor.css';
import { RefreshCw } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { type Failure, toFailure } from '../../../src-shared/contract/errors.ts';
import { type HostReport, reportAsText } from '../../../src-shared/model/host-report.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication } from '../../state/context.tsx';
import { formatMoment } from '../../state/format.ts';
import { doctorStrings } from '../../strings/doctor.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Page, Section } from '../../ui/section.tsx';
import { CheckLine } from './check-line.tsx';

interface Examination {
  readonly report: HostReport | null;
  readonly failure: Failure | null;
  readonly busy: boolean;
  readonly examine: (again: boolean) => void;
}

function useExamination(): Examination {
  const application = useApplication();
  const [report, setReport] = useState<HostReport | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(true);
  const examine = useCallback(
    (again: boolean): void => {
      setBusy(true);
      application
        .call('doctor.examine', { again })
        .then(
          (found) => {
            setReport(found);
            setFailure(null);
            // What was learnt about accelerators is shown elsewhere too.
            if (again) unawaited(application.describeHost());
          },
          (error) => setFailure(toFailure(error)),
        )
        .finally(() => setBusy(false));
    },
    [application],
  );
  useEffect(() => examine(false), [examine]);
  return { report, failure, busy, examine };
}

export function DoctorPage() {
  const { report, failure, busy, examine } = useExamination();
  return (
    <Page
      title={doctorStrings.title}
      lead={report === null ? doctorStrings.examining : report.verdict.text}
      actions={
        <>
          {report !== null && (
            <>
              <span className="field-hint">{doctorStrings.examinedAt(formatMoment(report.examinedAt))}</span>
              <CopyButton text={reportAsText(report)} label={doctorStrings.copyReport} />
            </>
          )}
          <Button small icon={RefreshCw} disabled={busy} onClick={() => examine(true)}>
            {busy ? doctorStrings.examining : doctorStrings.again}
          </Button>
        </>
      }
      {...(report !== null && { sections: report.sections.map(({ id, title }) => ({ id, label: title })) })}
    >
      {failure !== null && (
        <Banner tone="bad" alert hint={failure.message}>
          {doctorStrings.failed}
        </Banner>
      )}
      {report?.sections.map(({ id, title, checks }) => (
        <Section key={id} id={id} title={title}>
          <ul className="check-lines">
            {checks.map((check) => (
              <CheckLine key={check.id} check={check} />
            ))}
          </ul>
        </Section>
      ))}
    </Page>
  );
}
