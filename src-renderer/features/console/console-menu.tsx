/** Panes, consoles that are not open, older boots, transcripts. */
import { Download, FileClock, FolderOpen, History, SquareTerminal } from 'lucide-react';
import { isSerial } from '../../../src-shared/model/console.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useDetails } from '../../state/context.tsx';
import { formatMoment } from '../../state/format.ts';
import { consoleStrings } from '../../strings/console.ts';
import { MenuItem, MenuSeparator, MenuSub } from '../../ui/menu.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { chooseFile } from './choose-file.ts';
import { consoleTitle } from './console-titles.ts';
import { open, show } from './layout/change-layout.ts';
import { live, liveConsoles } from './layout/default-layout.ts';
import { activeTab, type Pane } from './layout/layout.ts';
import { TabMenu } from './tab-menu.tsx';
import type { TerminalSurface } from './terminal/terminal-surface.ts';
import { useSaving } from './use-saving.ts';
import { useWorkspace } from './workspace-context.ts';

const { more: strings } = consoleStrings;

export interface ConsoleMenuProps {
  readonly tab: string;
  readonly pane: Pane;
  readonly surface: TerminalSurface | null;
}

export function ConsoleMenu({ tab, pane, surface }: ConsoleMenuProps) {
  const { view, files, changeAndFocus } = useWorkspace();
  const boots = useDetails(view.id)?.boots ?? [];
  const saving = useSaving();
  const own = pane.tabs.find((one) => one.id === tab) ?? activeTab(pane);
  const content = own?.content;
  const older = boots.filter(({ number }) => number !== view.status.boot).sort((a, b) => b.number - a.number);
  const openFile = async (): Promise<void> => {
    const file = await chooseFile();
    if (file !== null)
      changeAndFocus((layout) => open(layout, { kind: 'file', file: files.add(file), name: file.name }));
  };
  const transcript =
    content?.kind === 'console' && (content.console === 'log' || isSerial(content.console)) ? content : null;
  return (
    <>
      {own !== undefined && <TabMenu tab={own} pane={pane} />}
      <MenuSeparator />
      <MenuSub icon={SquareTerminal} label={strings.consoles}>
        {liveConsoles(view.serialPorts).map((name) => (
          <MenuItem key={name} onSelect={() => changeAndFocus((layout) => open(layout, live(name)))}>
            {consoleTitle(name)}
          </MenuItem>
        ))}
      </MenuSub>
      <MenuSub
        icon={History}
        label={older.length === 0 ? strings.noBoots : strings.boots}
        disabled={older.length === 0}
      >
        {older.map(({ number, startedAt, outcome }) => (
          <MenuItem
            key={number}
            onSelect={() =>
              changeAndFocus((layout) => show(layout, { kind: 'console', console: 'serial', boot: number }))
            }
          >
            {strings.boot(number, formatMoment(startedAt), outcome)}
          </MenuItem>
        ))}
      </MenuSub>
      <MenuSeparator />
      <MenuItem
        icon={Download}
        disabled={surface === null}
        onSelect={() =>
          surface !== null && saveFile(new Blob([surface.allText()], { type: 'text/plain' }), `${view.id}-view.txt`)
        }
      >
        {strings.saveView}
      </MenuItem>
      <MenuItem
        icon={Download}
        disabled={transcript === null || (transcript.boot ?? view.status.boot) === 0}
        onSelect={() => transcript !== null && saving.save(transcript, false)}
      >
        {strings.saveTranscript}
      </MenuItem>
      <MenuItem
        icon={FileClock}
        disabled={transcript === null || transcript.console === 'log' || (transcript.boot ?? view.status.boot) === 0}
        onSelect={() => transcript !== null && saving.save(transcript, true)}
      >
        {strings.saveWithTimes}
      </MenuItem>
      <MenuItem icon={FolderOpen} onSelect={() => unawaited(openFile())}>
        {strings.openFile}
      </MenuItem>
    </>
  );
}
