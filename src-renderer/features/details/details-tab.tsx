/** details/ owns the full account of an instance: what was asked, where it lives, how to reach it, how it went before. */
import { useEffect, useState } from 'react';
import type { CallOutput } from '../../../src-shared/contract/calls.ts';
import type { Boot, InstanceDetails, InstanceView } from '../../../src-shared/model/instance.ts';
import { useApplication, useDetails } from '../../state/context.tsx';
import { formatBytes, formatDuration, formatMoment } from '../../state/format.ts';
import { Button } from '../../ui/button.tsx';
import type { Fact } from './facts.ts';
import { Facts } from './facts-list.tsx';
import { NotesSection } from './notes-section.tsx';
import { specFacts } from './spec-facts.ts';

function Boots({ boots, current }: { boots: readonly Boot[]; current: number }) {
  const application = useApplication();
  return (
    <table className="table" aria-label="Boots">
      <thead>
        <tr>
          <th scope="col">Boot</th>
          <th scope="col">Started</th>
          <th scope="col">Lasted</th>
          <th scope="col">Outcome</th>
          <th scope="col" className="number">
            Serial
          </th>
          <th scope="col" className="number">
            Engine log
          </th>
          <th scope="col">
            <span className="unseen">Actions</span>
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
                    ? 'until now'
                    : '–'
                  : formatDuration(Date.parse(boot.endedAt) - Date.parse(boot.startedAt))}
              </td>
              <td className="boot-outcome">{boot.outcome}</td>
              <td className="number">{formatBytes(boot.serialBytes)}</td>
              <td className="number">{formatBytes(boot.engineLogBytes)}</td>
              <td className="boot-action">
                <Button
                  small
                  aria-label={`View log of boot ${boot.number}`}
                  onClick={() => application.showBoot(boot.number)}
                >
                  View log
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
  if (details.sshLine !== null) lines.push({ label: 'ssh', value: details.sshLine, machine: true });
  if (details.gdb !== null) lines.push({ label: 'gdb', value: details.gdb.line, machine: true });
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
  if (details === undefined) return <p className="page-note">Asking…</p>;
  const reachable = reach(details);
  return (
    <div className="details">
      {!foreign && <NotesSection key={view.id} id={view.id} group={view.group} notes={details.spec.notes} />}
      <section>
        <h2>Configuration</h2>
        <Facts label="Configuration" facts={specFacts(details.spec)} />
      </section>
      <section>
        <h2>Where it lives</h2>
        <Facts
          label="Where it lives"
          facts={[
            { label: 'Id', value: view.id, machine: true },
            { label: 'Directory', value: details.directory, machine: true },
            ...(view.status.pid === null ? [] : [{ label: 'Process', value: String(view.status.pid), machine: true }]),
            ...(foreign
              ? [{ label: 'Started by', value: 'ffx emu; nothing in this directory is changed', machine: false }]
              : [
                  {
                    label: 'Disk use',
                    value: use === null ? '…' : `${formatBytes(use.bytes)} in ${use.files.length} files`,
                    machine: false,
                  },
                ]),
            { label: 'Made', value: formatMoment(details.spec.createdAt), machine: false },
          ]}
        />
      </section>
      {reachable.length > 0 && (
        <section>
          <h2>How to reach it</h2>
          <Facts label="How to reach it" facts={reachable} />
        </section>
      )}
      <section>
        <h2>Boots</h2>
        {details.boots.length === 0 ? (
          <p className="page-note">Not booted yet.</p>
        ) : (
          <Boots boots={details.boots} current={view.status.processLives ? boot : 0} />
        )}
      </section>
    </div>
  );
}
