/** What is typed into a guest that has no key: a file, a break, the terminal's size. */
import { FileUp, Ruler, Unplug } from 'lucide-react';
import { toFailure } from '../../../src-shared/contract/errors.ts';
import { isSerial } from '../../../src-shared/model/console.ts';
import { useApplication } from '../../state/context.tsx';
import { consoleStrings } from '../../strings/console.ts';
import { MenuItem } from '../../ui/menu.tsx';
import type { TerminalSurface } from './terminal/terminal-surface.ts';
import type { ConsoleContent, ConsoleHandle } from './use-console.ts';
import { useWorkspace } from './workspace-context.ts';

const { send: strings } = consoleStrings;
const encoder = new TextEncoder();

export interface SendMenuProps {
  readonly content: ConsoleContent;
  readonly surface: TerminalSurface | null;
  readonly console: ConsoleHandle;
  readonly sendFile: () => void;
}

export function SendMenu({ content, surface, console, sendFile }: SendMenuProps) {
  const application = useApplication();
  const { view } = useWorkspace();
  const size = surface?.size ?? { rows: 24, columns: 80 };
  const line = strings.sizeLine(size.rows, size.columns);
  const sendBreak = (): void => {
    application.call('console.break', { id: view.id, console: content.console }).then(
      () => application.notify({ tone: 'plain', text: strings.breakSent, failure: null, action: null }),
      (error) => application.notifyFailure(toFailure(error)),
    );
  };
  const serial = isSerial(content.console);
  return (
    <>
      <MenuItem icon={FileUp} onSelect={sendFile}>
        {strings.file}
      </MenuItem>
      {serial && (
        <>
          <MenuItem icon={Unplug} onSelect={sendBreak}>
            {strings.break}
          </MenuItem>
          <MenuItem icon={Ruler} onSelect={() => console.type(encoder.encode(`${line}\r`))}>
            {strings.size(line)}
          </MenuItem>
        </>
      )}
    </>
  );
}
