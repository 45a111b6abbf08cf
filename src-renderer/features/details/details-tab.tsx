/** details/ owns the full account of an instance: what was asked, where it lives, how to reach it, how it went before. */
import { useEffect, useState } from 'react';
import type { CallOutput } from '../../../src-shared/contract/calls.ts';
import type { Boot, InstanceDetails, InstanceView } from '../../../src-shared/model/instance.ts';
import { useApplication, useDetails } from '../../state/context.tsx';
import { formatBytes, formatDuration, formatMoment } from '../../state/format.ts';
import { commonStrings } from '../../strings/common.ts';
import { detailsStrings as strings } from '../../strings/details.ts';
import { instanceStrings } from '../../strings/instances.ts';
import { Button } from '../../ui/button.tsx';
import { Disclosure } from '../../ui/disclosure.tsx';
import { DeletionFiles } from '../instances/deletion-files.tsx';
import type { Fact } from './facts.ts';
import { Facts } from './facts-list.tsx';
import { NotesSection } from './notes-section.tsx';
import { specFacts } from './spec-facts.ts';

function Boots({ boots, current }: { boots: readonly Boot[]; current: number }) {
  const application = useApplication();
  return (
    <table className="table" aria-label={strings.boots.title}>
      <thead>
        <tr>
          <th scope="col">{strings.boots.boot}</th>
          <th scope="col">{strings.boots.started}</th>
          <th scope="col">{strings.boots.lasted}</th>
          <th scope="col">{strings.boots.outcome}</th>
          <th scope="col" className="number">
            {strings.boots.serial}
          </th>
          <th scope="col" className="number">
            {strings.boots.engineLog}
          </th>
          <th scope="col">
            <span className="unseen">{commonStrings.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {[...boots]
          .sort((a, b) => b.number - a.number)
          .map((boot) => (
            <tr key={boot.number}>
              <td>{boot.number}</td>
              <td>{formatMoment(boot.startedAt)}</td>
              <td>
                {boot.endedAt === null
                  ? boot.number === current
                    ? strings.boots.untilNow
                    : '–'
                  : formatDuration(Date.parse(boot.endedAt) - Date.parse(boot.startedAt))}
              </td>
              <td className="boot-outcome">{boot.outcome}</td>
              <td className="number">{formatBytes(boot.serialBytes)}</td>
              <td className="number">{formatBytes(boot.engineLogBytes)}</td>
              <td className="boot-action">
                <Button
                  small
                  aria-label={strings.boots.viewLogOf(boot.number)}
                  onClick={() => application.showBoot(boot.number)}
                >
                  {strings.boots.viewLog}
                </Button>
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

function reach(details: InstanceDetails): (Fact & { about?: string })[] {
  const lines: (Fact & { about?: string })[] = [];
  if (details.sshLine !== null) lines.push({ label: strings.ssh, value: details.sshLine, machine: true });
  if (details.gdb !== null) lines.push({ label: strings.gdb, value: details.gdb.line, machine: true });
  for (const endpoint of details.endpoints)
    lines.push({ label: endpoint.name, value: endpoint.path, machine: true, about: endpoint.about });
  return lines;
}

export function DetailsTab({ view }: { view: InstanceView }) {
  const application = useApplication();
  const details = useDetails(view.id);
  const [use, setUse] = useState<CallOutput<'instance.deletion'> | null>(null);
  const { phase, boot } = view.status;
  const foreign = view.origin === 'ffx';
  // Asked again after each change of phase, because that is when files come and go.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (foreign) return;
    let current = true;
    application.call('instance.deletion', { id: view.id }).then(
      (got) => current && setUse(got),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [application, view.id, phase, boot, foreign]);
  if (details === undefined) return <p className="page-note">{commonStrings.waiting}</p>;
  const reachable = reach(details);
  return (
    <div className="details">
      {!foreign && <NotesSection key={view.id} id={view.id} group={view.group} notes={details.spec.notes} />}
      <section>
        <h2>{strings.configuration}</h2>
        <Facts label={strings.configuration} facts={specFacts(details.spec)} />
      </section>
      <section>
        <h2>{strings.place}</h2>
        <Facts
          label={strings.place}
          facts={[
            { label: strings.id, value: view.id, machine: true },
            { label: strings.directory, value: details.directory, machine: true },
            ...(view.status.pid === null
              ? []
              : [{ label: strings.process, value: String(view.status.pid), machine: true }]),
            ...(foreign
              ? [{ label: strings.startedBy, value: strings.byFfx, machine: false }]
              : [
                  {
                    label: strings.diskUse,
                    value: use === null ? '…' : strings.inFiles(formatBytes(use.bytes), use.files.length),
                    machine: false,
                  },
                ]),
            { label: strings.made, value: formatMoment(details.spec.createdAt), machine: false },
          ]}
        />
        {use !== null && use.files.length > 0 && (
          <Disclosure label={instanceStrings.deletion.files}>
            <DeletionFiles files={use.files} directory={`${details.directory}/`} />
          </Disclosure>
        )}
      </section>
      {reachable.length > 0 && (
        <section>
          <h2>{strings.reach}</h2>
          <Facts label={strings.reach} facts={reachable} />
        </section>
      )}
      <section>
        <h2>{strings.boots.title}</h2>
        {details.boots.length === 0 ? (
          <p className="page-note">{strings.boots.none}</p>
        ) : (
          <Boots boots={details.boots} current={view.status.processLives ? boot : 0} />
        )}
      </section>
    </div>
  );
}
