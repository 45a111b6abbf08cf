/**
 * Takes out of a text what is nobody else's business before it leaves this computer: who and where one is, and secrets
 * by their shape. What a guest printed can hold anything, so this lowers the risk and does not end it; a bundle says so.
 */
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

interface Rule {
  readonly kind: string;
  readonly pattern: RegExp;
  readonly replacement: string;
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

const secrets: readonly Rule[] = [
  {
    kind: 'private key',
    pattern: /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g,
    replacement: '-----BEGIN $1----- (removed)',
  },
  {
    kind: 'password',
    pattern:
      /\b((?:[\w.-]{0,40}(?:passwo?r?d|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|wpa[_-]?psk))\s*[=:]\s*)("[^"\n]*"|'[^'\n]*'|[^\s,;"'&]+)/gi,
    replacement: '$1(removed)',
  },
  {
    kind: 'credentials in an address',
    pattern: /\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@:]{1,200}:[^\s/@]{1,200}@/gi,
    replacement: '$1(removed)@',
  },
  {
    kind: 'authorization',
    pattern: /\b((?:authorization\s*:\s*)?(?:bearer|basic)\s+)[\w+/.=~-]{12,}/gi,
    replacement: '$1(removed)',
  },
  // Forms that their makers publish so that they can be found.
  {
    kind: 'access token',
    pattern:
      /\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,})/g,
    replacement: '(removed)',
  },
];

/** Pure. Safe for any text: every pattern is linear in what it reads. */
export function redact(text: string, surroundings: Surroundings): Redaction {
  const counts: Record<string, number> = {};
  let left = text;
  for (const { kind, pattern, replacement } of [...secrets, ...placeRules(surroundings)]) {
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
