/** What else QEMU listens on: opened in a monitor, by an argument, for a debugger. To be seen, and closed where it was opened. */
import type { Door } from '../../../src-shared/model/ports.ts';
import { portStrings } from '../../strings/ports.ts';
import { ExposureBadge } from './exposure-badge.tsx';

export function Doors({ doors, hostAddresses }: { doors: readonly Door[]; hostAddresses: readonly string[] }) {
  if (doors.length === 0) return null;
  return (
    <section aria-label={portStrings.doors}>
      <p className="field-hint">{portStrings.doorsNote}</p>
      <table className="table ports-table" aria-label={portStrings.doors}>
        <tbody>
          {doors.map((door) => (
            <tr key={`${door.protocol} ${door.address} ${door.port}`}>
              <th scope="row" className="port-name">
                {portStrings.door[door.what](door.name)}
              </th>
              <td className="ports-host">
                <span className="ports-pair">
                  <span className="mono">{`${door.address}:${door.port}/${door.protocol}`}</span>
                  <ExposureBadge port={{ bind: door.address, host: door.port }} hostAddresses={hostAddresses} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
