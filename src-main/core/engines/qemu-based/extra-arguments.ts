/**
 * Extra arguments: text that a person types, kept as it is and put last. Refused is only what would take from Slipway
 * the means by which it knows and controls the process; everything else is the person's own business.
 */
import type { Failure } from '../../../../src-shared/contract/errors.ts';
import type { Finding, PlannedArgument } from '../../../../src-shared/model/instance.ts';
import type { Spec } from '../../../../src-shared/model/spec.ts';
import { gdbOnLoopback, gdbOnLoopbackWhy } from './gdb-loopback.ts';
import { ownIds, row } from './sections/row.ts';
import { splitWords } from './split-words.ts';

const field = 'runtime.extraArguments';

/** Options that would take the process out of Slipway's hands, whoever asks for them. `-S` for `-S` and `--S`. */
export function takesControl(option: string): boolean {
  const name = optionName(option);
  return name !== null && Object.hasOwn(refused, name);
}

/** Each with what would break, and what to do instead. */
const refused: Readonly<Record<string, { readonly cause: string; readonly hint: string }>> = {
  daemonize: {
    cause: 'QEMU would become another process than the one Slipway started, and its errors would be lost.',
    hint: 'Leave it out: a guest runs on without Slipway anyway.',
  },
  pidfile: { cause: 'Slipway finds the process by its own pid file.', hint: 'Read run/pid in the instance directory.' },
  uuid: {
    cause: 'The process is recognised by its UUID, which is new for every boot.',
    hint: 'To give the guest a fixed UUID use -smbios type=1,uuid=….',
  },
  S: {
    cause: 'Every guest is started with -S already, and let go once the consoles are attached.',
    hint: 'Turn on "start paused" instead.',
  },
  preconfig: {
    cause: 'The machine would wait for configuration over QMP, and Slipway could not start it.',
    hint: 'Give the configuration as arguments.',
  },
  runas: {
    cause: 'Files and sockets that belong to another user are out of reach for Slipway.',
    hint: 'Run Slipway as that user.',
  },
  chroot: {
    cause: "Slipway's sockets and files would not be where it looks for them.",
    hint: 'Leave it out; the system call filter is on.',
  },
};

/** Options whose value is free text, where a word like `-S` means nothing to QEMU. */
const freeText: ReadonlySet<string> = new Set(['append', 'kernel', 'initrd', 'name', 'fw_cfg', 'bios', 'hda', 'hdb']);

/** Options that would give one of our objects a second life or change it. */
const namesObjects: ReadonlySet<string> = new Set([
  ...[
    'chardev',
    'mon',
    'serial',
    'monitor',
    'qmp',
    'qmp-pretty',
    'set',
    'netdev',
    'nic',
    'blockdev',
    'drive',
    'device',
  ],
  ...['object', 'parallel', 'debugcon', 'gdb'],
]);

/** The words of a Spec's extra arguments; none when they cannot be split (`extraArgumentFindings` says why). */
export function wordsOfExtraArguments(spec: Pick<Spec, 'runtime'>): readonly string[] {
  const split = splitWords(spec.runtime.extraArguments);
  return split.ok ? split.words : [];
}

/** One row per option with its value, as far as that can be told without knowing every option of every QEMU. */
export function extraArgumentRows(spec: Pick<Spec, 'runtime'>): PlannedArgument[] {
  const groups: string[][] = [];
  for (const word of wordsOfExtraArguments(spec)) {
    const group = groups.at(-1);
    if (word.startsWith('-') || group === undefined) groups.push([word]);
    else group.push(word);
  }
  return groups.map((group, index) => {
    const [before, ...values] = groups[index - 1] ?? [];
    const isValue = values.length === 0 && freeText.has(optionName(before ?? '') ?? '');
    const bound = isValue ? null : gdbOnLoopback(group);
    if (bound === null) return row(field, 'Your own, as typed.', ...group);
    return row(field, `Your own, for this computer only: ${group.join(' ')}. ${gdbOnLoopbackWhy}`, ...bound);
  });
}

/** Pure. Errors for what would break control, warnings for what will not do what it seems to. */
export function extraArgumentFindings(spec: Pick<Spec, 'runtime'>): Finding[] {
  const split = splitWords(spec.runtime.extraArguments);
  if (!split.ok) return [finding('error', 'The extra arguments cannot be read.', split.problem, 'Close the quote.')];
  const findings: Finding[] = [];
  for (const [index, word] of split.words.entries()) {
    const before = optionName(split.words[index - 1] ?? '');
    if (before !== null && freeText.has(before)) continue;
    const name = optionName(word);
    const refusal = name === null ? undefined : refused[name];
    if (refusal !== undefined) {
      findings.push(finding('error', `Slipway cannot launch with ${word}.`, refusal.cause, refusal.hint));
    } else if (name === null && before !== null && namesObjects.has(before)) {
      findings.push(...objectFindings(before, word));
    } else if (name === 'D') {
      findings.push(
        finding('warning', 'With -D the messages of -d go to a file of yours and not to the engine log.', null, null),
      );
    }
  }
  if (spec.runtime.debug.gdb !== null && split.words.some((word) => ['s', 'gdb'].includes(optionName(word) ?? ''))) {
    findings.push(
      finding(
        'error',
        'The gdb stub is asked for twice.',
        'QEMU takes the last one, so the port shown by Slipway would be wrong.',
        'Remove -s or -gdb from the extra arguments, or turn off the gdb toggle.',
      ),
    );
  }
  return findings;
}

function objectFindings(optionWord: string, value: string): Finding[] {
  const ours = ownIds.find((id) => {
    const name = id.replaceAll(/[.*+?^${}()|[\]\\-]/g, '\\$&');
    return new RegExp(
      `(^|,)(id|node-name|chardev)=${name}(,|$)|^chardev:${name}$|^(chardev|device|netdev)\\.${name}\\.`,
    ).test(value);
  });
  if (ours !== undefined) {
    return [
      finding(
        'error',
        `"${ours}" in -${optionWord} is one of Slipway's own.`,
        'The consoles and the control connection of the instance go through it.',
        'Choose another id.',
      ),
    ];
  }
  if (/(^|:|,)stdio(,|$)/.test(value)) {
    return [
      finding(
        'warning',
        `-${optionWord} ${value} has no terminal to talk to.`,
        "QEMU's standard input is closed and its output goes to the engine log.",
        'Use a socket, or the serial console, monitor and QMP tabs.',
      ),
    ];
  }
  return [];
}

/** `-option` and `--option` are the same to QEMU; null for a word that is no option. */
function optionName(word: string): string | null {
  return /^--?([A-Za-z].*)$/.exec(word)?.[1] ?? null;
}

function finding(severity: Finding['severity'], message: string, cause: string | null, hint: string | null): Finding {
  const failure: Failure = { code: 'invalid_input', message, field };
  if (cause !== null) failure.cause = cause;
  if (hint !== null) failure.hint = hint;
  return { severity, failure };
}
