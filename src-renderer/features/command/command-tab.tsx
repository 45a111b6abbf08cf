/** command/ owns how a command line is shown: every argument with the field that caused it and the reason. */
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { useDetails } from '../../state/context.tsx';
import { Breakable } from '../../ui/breakable.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';

export function CommandTab({ view }: { view: InstanceView }) {
  const details = useDetails(view.id);
  if (details === undefined) return <p className="page-note">Asking…</p>;
  const { command } = details;
  if (command === null) return <p className="page-note">No command line yet; it is made at the first launch.</p>;
  return (
    <div className="command">
      <div className="command-head">
        <dl className="facts">
          <dt>Binary</dt>
          <dd className="mono">{command.binary}</dd>
          <dt>Runs in</dt>
          <dd className="mono">{command.workingDirectory}</dd>
        </dl>
        <CopyButton text={command.shellLine} label="Copy as shell line" />
      </div>
      <table className="table command-table" aria-label="Arguments">
        <thead>
          <tr>
            <th scope="col">Argument</th>
            <th scope="col">Field</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {command.arguments.map((argument, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an argument may occur twice; its place is its identity
            <tr key={index}>
              <td className="mono command-args">
                <Breakable text={argument.args.join(' ')} />
              </td>
              <td className="mono command-field">{argument.field}</td>
              <td className="command-why">{argument.why}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
