/** What consoles and tabs are called. */
import { type ConsoleName, serialNames } from '../../../src-shared/model/console.ts';
import type { Boot } from '../../../src-shared/model/instance.ts';
import { formatMoment } from '../../state/format.ts';
import { consoleStrings } from '../../strings/console.ts';
import type { TabContent } from './layout/layout.ts';

const { tabs } = consoleStrings;

export function consoleTitle(name: ConsoleName): string {
  if (name === 'monitor' || name === 'qmp' || name === 'log') return tabs[name];
  const number = serialNames.indexOf(name) + 1;
  return number === 1 ? tabs.serial : tabs.serialNumber(number);
}

/** On the tab: short. */
export function tabTitle(content: TabContent, boots: readonly Boot[]): string {
  if (content.kind === 'file') return content.name;
  const title = consoleTitle(content.console);
  if (content.kind === 'transcript') return tabs.transcript(title, content.boot);
  if (content.boot === null) return title;
  const { boot: number } = content;
  const boot = boots.find((one) => one.number === number);
  if (content.console !== 'serial') return tabs.bootConsole(title, number);
  return boot === undefined ? tabs.boot(number) : tabs.bootAt(number, formatMoment(boot.startedAt));
}

/** The accessible name of the terminal's region. */
export function regionLabel(content: TabContent): string {
  if (content.kind === 'file') return tabs.transcriptRegion(content.name);
  const title = consoleTitle(content.console);
  if (content.kind === 'transcript') return tabs.transcriptRegion(tabs.bootConsole(title, content.boot));
  if (content.boot !== null) return tabs.bootRegion(title, content.boot);
  return content.console === 'log' ? tabs.logRegion : tabs.region(title);
}
