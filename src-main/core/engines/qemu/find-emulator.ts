/** QEMU's own program for an architecture, on this host. */
import type { Architecture } from '../../../../src-shared/model/engine.ts';
import { findHostTool, type HostTool, type HostToolSearch, missingTool } from '../../process/host-tool.ts';
import { qemuPrograms } from './packages.ts';

/** @throws SlipwayError `engine_missing` with what to install. */
export function findEmulator(architecture: Architecture, search: HostToolSearch): HostTool {
  const { names, packages } = qemuPrograms[architecture];
  const tool = findHostTool(names, search);
  if (tool === null) throw missingTool('engine_missing', names[0] ?? 'QEMU', packages);
  return tool;
}
