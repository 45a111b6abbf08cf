/**
 * What kernels and firmware print when they die, as data. A line is taken for a panic only by words that nothing else
 * prints; what else stands on the screen is for a person to read.
 */
interface PanicLine {
  /** Who prints it. */
  readonly who: string;
  /** Must be in the line as it is spelt; looked for in the bytes before anything is cut into lines. */
  readonly word: string;
  readonly pattern: RegExp;
}

const panicLines: readonly PanicLine[] = [
  { who: 'Linux', word: 'Kernel panic', pattern: /\bKernel panic - not syncing\b/ },
  { who: 'Zircon', word: 'ZIRCON KERNEL', pattern: /\bZIRCON KERNEL (?:PANIC|OOPS)\b/ },
  // SerenityOS, Redox, Asterinas and many a kernel of one's own.
  { who: 'a kernel', word: 'KERNEL PANIC', pattern: /\bKERNEL PANIC\b/ },
  { who: 'XNU', word: 'panic(cpu', pattern: /^panic\(cpu \d+ caller 0x/ },
  // The BSDs, xv6 and seL4 write it at the beginning of a line; so do Go programs, which a kernel outlives.
  {
    who: 'a kernel',
    word: 'panic: ',
    pattern: /^(?:\[\s*[\d.]+\]\s*)?panic: (?!runtime error|assignment to entry|interface conversion|send on closed)/,
  },
  { who: 'Rust', word: 'panicked at', pattern: /^(?:\[[^\]]{0,40}\]\s*)?(?:kernel|KERNEL) panicked at / },
  { who: 'EDK II', word: 'Exception Type', pattern: /^!!!! (?:X64|IA32|AARCH64|ARM|RISCV64) Exception Type\b/ },
  { who: 'U-Boot', word: '### ERROR ###', pattern: /^### ERROR ### Please RESET the board ###/ },
];

export const panicWords: readonly string[] = [...new Set(panicLines.map(({ word }) => word))];

/** Whether this line says that the guest died. Pure. */
export function isPanic(line: string): boolean {
  return panicLines.some(({ word, pattern }) => line.includes(word) && pattern.test(line));
}
