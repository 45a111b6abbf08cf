/**
 * Takes out of a text what is nobody else's business before it leaves this computer: who and where one is, and secrets
 * by their shape. What a guest printed can hold anything, so this lowers the risk and does not end it; a bundle says so.
 */
import { type Rule, secretRules } from './secret-rules.ts';

export interface Surroundings {
  readonly homeDirectory: string;
  readonly userName: string;
  readonly hostName: string;
}

export interface Redaction {
  readonly text: string;
  /** How often each kind was taken out. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Shorter names stand in ordinary words ("root", "dev", "pi"). */
const shortestName = 3;
const everybodysNames = new Set([
  'root',
  'user',
  'admin',
  'debian',
  'ubuntu',
  'nobody',
  'localhost',
  'slipway',
  'runner',
]);

/** Pure. Safe for any text: every pattern is linear in what it reads. */
export function redact(text: string, surroundings: Surroundings): Redaction {
  const counts: Record<string, number> = {};
  let left = text;
  for (const { kind, pattern, replacement } of [...secretRules, ...placeRules(surroundings)]) {
    left = left.replace(pattern, (...found: unknown[]) => {
      counts[kind] = (counts[kind] ?? 0) + 1;
      return replacement.replace(/\$(\d)/g, (_, group: string) => String(found[Number(group)] ?? ''));
    });
  }
  return { text: left, counts };
}

function placeRules({ homeDirectory, userName, hostName }: Surroundings): Rule[] {
  const named = (name: string) => name.length >= shortestName && !everybodysNames.has(name.toLowerCase());
  const whole = (name: string) => new RegExp(`(?<![\\w-])${escaped(name)}(?![\\w-])`, 'g');
  return [
    ...(homeDirectory.length > 1
      ? [
          {
            kind: 'home directory',
            pattern: new RegExp(`${escaped(homeDirectory)}(?=/|$|[\\s"',:;])`, 'gm'),
            replacement: '~',
          },
        ]
      : []),
    ...(named(userName) ? [{ kind: 'user name', pattern: whole(userName), replacement: '(user)' }] : []),
    ...(named(hostName) ? [{ kind: 'host name', pattern: whole(hostName), replacement: '(host)' }] : []),
  ];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
