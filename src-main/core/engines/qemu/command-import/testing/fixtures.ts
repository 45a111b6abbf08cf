/** Command lines for tests, from a text file: `### name`, `#: expectation` lines, and the text as a person would have it. */
import { readFileSync } from 'node:fs';

export interface Fixture {
  readonly name: string;
  readonly text: string;
  readonly kind: string;
  /** First words of the arguments that stay as they are, in their order. */
  readonly kept: readonly string[];
  /** Parts of arguments that stand in the extras. */
  readonly rest: readonly string[];
  /** Arguments with this in them are left out on purpose. */
  readonly dropped: readonly string[];
  readonly given: Readonly<Record<string, string>>;
  /** As `ps` shows it: no shell's quotes. */
  readonly isProcessList: boolean;
  readonly isOverlay: boolean;
  readonly isScript: boolean;
}

export function readFixtures(path: string): Fixture[] {
  const sections = readFileSync(path, 'utf8').split(/^### /m).slice(1);
  return sections.map((section) => {
    const [name = '', ...lines] = section.split('\n');
    const expectations = lines.filter((line) => line.startsWith('#: ')).map((line) => line.slice(3).trim());
    const value = (key: string) =>
      expectations.filter((line) => line.split(' ')[0] === key).map((line) => line.slice(key.length).trim());
    const text = lines
      .filter((line) => !line.startsWith('#: '))
      .join('\n')
      .trim();
    const given = (value('given')[0] ?? '')
      .split(' ')
      .filter((pair) => pair !== '')
      .map((pair) => pair.split('=') as [string, string]);
    return {
      name,
      text,
      kind: value('kind')[0] ?? '',
      kept: value('kept').flatMap((line) => line.split(' ').filter((word) => word.startsWith('-'))),
      rest: value('rest'),
      dropped: value('dropped'),
      given: Object.fromEntries(given),
      isProcessList: value('ps').length > 0,
      isOverlay: value('overlay').length > 0,
      isScript: /[\n$]/.test(text.replaceAll('\\\n', '')),
    };
  });
}
