/** What the doctor found on this host: one line per check, and what to type where something can be repaired. */
import * as z from 'zod';

export const hostCheckSchema = z.strictObject({
  /** Stable, for tests and support: `firmware.aarch64`. */
  id: z.string(),
  /** `note`: worth knowing, nothing is missing. `warning`: something will not work or will be slow. `problem`: nothing will. */
  state: z.enum(['ok', 'note', 'warning', 'problem']),
  /** One sentence. */
  text: z.string(),
  /** Paths and versions, as the machine says them. */
  detail: z.string().nullable(),
  hint: z.string().nullable(),
  /** The exact line that repairs it. */
  command: z.string().nullable(),
});
export type HostCheck = z.infer<typeof hostCheckSchema>;

export const hostReportSchema = z.strictObject({
  examinedAt: z.iso.datetime(),
  /** The whole in one sentence. */
  verdict: z.strictObject({ state: hostCheckSchema.shape.state, text: z.string() }),
  sections: z.array(z.strictObject({ id: z.string(), title: z.string(), checks: z.array(hostCheckSchema) })),
});
export type HostReport = z.infer<typeof hostReportSchema>;

/** The report as text, for a terminal, a support bundle, or to paste where help is asked for. */
export function reportAsText(report: HostReport): string {
  const marks = { ok: '  ok  ', note: '  --  ', warning: ' WARN ', problem: ' FAIL ' } as const;
  const lines = report.sections.flatMap(({ title, checks }) => [
    '',
    title,
    ...checks.flatMap(({ state, text, detail, hint, command }) => [
      `${marks[state]} ${text}`,
      ...[detail, hint, command === null ? null : `$ ${command}`]
        .filter((line) => line !== null)
        .map((line) => `         ${line}`),
    ]),
  ]);
  return `${report.verdict.text}\n${lines.join('\n')}\n`;
}
