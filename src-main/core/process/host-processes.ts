/** This host's process table. */
import { darwinProcesses } from './darwin-processes.ts';
import { linuxProcesses } from './linux-processes.ts';
import type { ProcessTable } from './process-table.ts';

export const hostProcesses: ProcessTable = process.platform === 'darwin' ? darwinProcesses : linuxProcesses;
