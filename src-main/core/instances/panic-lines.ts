/**
 * What kernels and firmware print when they die, as data. Words only: whether they are this guest's own dying words, now,
 * is judged by panic-evidence.ts.
 */
interface PanicLine {
  /** Who prints it. */
  readonly who: string;
  /** Must be in the line as it is spelt; looked for in the bytes before anything is cut into lines. */
  readonly word: string;
  /** Tried anywhere in the line: dying words interrupt others, and wrappers put their own before them. */
  readonly pattern: RegExp;
  /**
   * Nothing that lives prints it but the log of another. Where it is false the words are also programs', whose kernel
   * outlives them: then silence has to follow.
   */
  readonly isCertain: boolean;
}

/**
 * Where a word that everybody uses can begin: the line, what is no letter (`98%panic: `), or behind the stamp, the name
 * or the mark of who prints. Not behind a word, a quote or a shell's prompt.
 */
const begins = /(?<=^|[\]>|:%)*!] +|[^\s\w.,;'"`$#=/\\-])/.source;
/** Of a Go program, of a shell that was asked for a program of that name. */
const isNoKernel =
  /(?!runtime error|assignment to entry|interface conversion|send on closed|close of|(?:command )?not found|No such file|\d+$)/
    .source;

const panicLines: readonly PanicLine[] = [
  { who: 'Linux', word: 'Kernel panic', pattern: /\bKernel panic - not syncing\b/, isCertain: true },
  { who: 'Linux', word: 'PANIC: ', pattern: /\bPANIC: (?:early exception|double fault)\b/, isCertain: true },
  { who: 'Zircon', word: 'ZIRCON KERNEL', pattern: /\bZIRCON KERNEL PANIC\b/, isCertain: true },
  // Zircon goes on after most of them.
  { who: 'Zircon', word: 'ZIRCON KERNEL', pattern: /\bZIRCON KERNEL OOPS\b/, isCertain: false },
  // SerenityOS, Redox, Asterinas and many a kernel of one's own. In brackets it is the reason of a reboot that was.
  { who: 'a kernel', word: 'KERNEL PANIC', pattern: /(?<![(\w])KERNEL PANIC\b(?!\))/, isCertain: true },
  { who: 'XNU', word: 'panic(cpu', pattern: /\bpanic\(cpu \d+ caller 0x/, isCertain: true },
  // The BSDs, xv6, Twizzler; Go programs too, which a kernel outlives.
  { who: 'a kernel', word: 'panic: ', pattern: new RegExp(`${begins}panic: ${isNoKernel}`), isCertain: false },
  { who: 'FreeBSD', word: 'Fatal trap ', pattern: /\bFatal trap \d+: .* while in kernel mode/, isCertain: true },
  { who: 'NetBSD', word: 'fatal ', pattern: /\bfatal [\w ]+ in supervisor mode\b/, isCertain: true },
  { who: 'OpenBSD', word: 'uvm_fault(', pattern: /\buvm_fault\(0x[^)]*\) -> [0-9a-f]+/, isCertain: false },
  // Haiku's and Redox's; "PANIC in EL3" is TF-A's.
  { who: 'Haiku', word: 'PANIC: ', pattern: new RegExp(`${begins}PANIC: (?=\\S)`), isCertain: false },
  { who: 'Haiku', word: 'Kernel Debugging Land', pattern: /\bWelcome to Kernel Debugging Land\b/, isCertain: true },
  { who: 'TF-A', word: 'PANIC ', pattern: /\bPANIC (?:in EL3|at PC : 0x)/, isCertain: true },
  { who: 'OP-TEE', word: 'E/TC:', pattern: /\bE\/TC:\S* \S* ?Panic '/, isCertain: true },
  { who: 'Rust', word: 'anicked at', pattern: /\b(?:kernel|KERNEL)\]? [Pp]anicked at /, isCertain: false },
  { who: 'RustSBI', word: '[rustsbi-panic]', pattern: /\[rustsbi-panic\] hart \d+ panicked at/, isCertain: true },
  { who: 'OpenSBI', word: 'sbi_trap_error', pattern: /\bsbi_trap_error: hart\d+: .*failed/, isCertain: true },
  {
    who: 'EDK II',
    word: 'Exception Type',
    pattern: /!!!! (?:X64|IA32|AARCH64|ARM|RISCV64|LoongArch64) Exception Type\b/,
    isCertain: true,
  },
  { who: 'EDK II', word: 'Exception at 0x', pattern: /\bSynchronous Exception at 0x[0-9A-F]{8,16}/, isCertain: true },
  {
    who: 'EDK II',
    word: 'ASSERT',
    pattern: /(?:^|\s)ASSERT (?:\[\w+\] )?(?:[A-Za-z]:)?[^\s:]+\.(?:c|h|cpp)\s?\(\d+\): /,
    isCertain: false,
  },
  { who: 'U-Boot', word: '### ERROR ###', pattern: /### ERROR ### Please RESET the board ###/, isCertain: true },
  { who: 'U-Boot', word: 'handler, esr 0x', pattern: /"(?:Synchronous Abort|Error)" handler, esr 0x/, isCertain: true },
  {
    who: 'U-Boot',
    word: 'Unhandled exception: ',
    pattern: /\bUnhandled exception: (?:Load|Store|Instruction|Illegal|Breakpoint|Environment)\b/,
    isCertain: false,
  },
  // Tests provoke faults and go on; it is dead when it says that it stops.
  { who: 'Zephyr', word: 'Halting system', pattern: /(?:\bE: |<err> os: \S*:? ?)Halting system\b/, isCertain: true },
  { who: 'seL4', word: 'Caught cap fault', pattern: /\bCaught cap fault in (?:send|receive) phase/, isCertain: false },
  {
    who: 'SLOF',
    word: 'Exception [',
    pattern: /\( [0-9a-f]{3} \) [A-Z][\w ]* Exception \[ [0-9a-f]+ \]/,
    isCertain: true,
  },
];

export const panicWords: readonly string[] = [...new Set(panicLines.map(({ word }) => word))];

export interface DyingWords {
  readonly who: string;
  readonly isCertain: boolean;
  /** What stands before them on the line. */
  readonly before: string;
  /** From the first of them to the end of the line. */
  readonly words: string;
}

/** The dying words in a line, or null. Pure. */
export function dyingWords(line: string): DyingWords | null {
  for (const { who, word, pattern, isCertain } of panicLines) {
    const at = line.includes(word) ? (pattern.exec(line)?.index ?? -1) : -1;
    if (at !== -1) return { who, isCertain, before: line.slice(0, at), words: line.slice(at).trim() };
  }
  return null;
}
