/** doctor: what this host offers to guests, and what to type where something is missing. */
import { parseArgs } from 'node:util';
import { reportAsText } from '../../../src-shared/model/host-report.ts';
import type { Command } from '../context.ts';

export const doctor: Command = async (args, { client, output }) => {
  parseArgs({ args, options: {} });
  const report = await client.call('doctor.examine', { again: true });
  output.result(report, reportAsText(report));
  return report.verdict.state === 'problem' ? 1 : 0;
};
