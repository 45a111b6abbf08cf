/** What an engine wrote, line by line, ready to be compared: program names and time stamps off, warnings told apart. Pure. */

export interface SaidLine {
  /** As it was written. */
  readonly raw: string;
  /** Without `qemu-system-x86_64: ` before it. */
  readonly text: string;
  /** It stopped nothing: a warning, a note, or the trace of an attempt that something else made up for. */
  readonly harmless: boolean;
}

const timeStamp = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z?\s+/;
const programName = /^(?:[\w./+-]*\/)?[A-Za-z][\w.+-]*: /;
const harmlessText = /^(?:-{1,2}[\w-]+(?: .*?)?: )?(?:warning|info): /i;
/** `W: /etc/qemu-ifup: …`, `WARNING: Image format …`, and what libraries say in the same stream. */
const harmlessLine = /^(?:W: |WARNING\b|\(.*\): \w+-WARNING|ALSA lib |libGL|MESA)/;

export function saidLines(log: string): SaidLine[] {
  const lines = log.split(/\r?\n/).map((raw) => {
    const stamped = raw.trim().replace(timeStamp, '');
    const text = stamped.replace(programName, '');
    return { raw, text, harmless: harmlessLine.test(stamped) || harmlessText.test(text) };
  });
  // `-accel kvm -accel tcg`: what was said of the first was overcome by the second.
  const fellBack = lines.findLastIndex(({ text }) => /^falling back to \w+$/.test(text));
  return lines.map((line, index) => (index <= fellBack ? { ...line, harmless: true } : line));
}
