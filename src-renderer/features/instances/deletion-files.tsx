/** What a deletion takes: the files of one instance, largest first. */
import type { DiskUse } from '../../../src-shared/model/instance.ts';
import { formatBytes } from '../../state/format.ts';
import { instanceStrings } from '../../strings/instances.ts';
import { Breakable } from '../../ui/breakable.tsx';

const strings = instanceStrings.deletion;

export function DeletionFiles({ files, directory }: { files: readonly DiskUse[]; directory: string }) {
  return (
    <table className="table dense-table">
      <thead>
        <tr>
          <th scope="col">{strings.what}</th>
          <th scope="col">{strings.file}</th>
          <th scope="col" className="number">
            {strings.size}
          </th>
        </tr>
      </thead>
      <tbody>
        {files.map((file) => (
          <tr key={file.path}>
            <td>{file.what}</td>
            <td className="mono deletion-path">
              <Breakable text={file.path.slice(directory.length)} />
            </td>
            <td className="number">{formatBytes(file.bytes)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
