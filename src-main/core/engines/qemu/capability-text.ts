/**
 * Reads what QEMU prints about itself. Pure; every reader takes the output of any version since 4.2 and skips lines it
 * does not know, because headings and notes change from release to release.
 */
import type { Architecture } from '../../../../src-shared/model/engine.ts';
import type { EngineCapabilities } from '../engine.ts';

export interface QemuVersion {
  readonly version: string;
  readonly numbers: readonly [number, number, number];
}

/** `QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)`; null when the text is not QEMU's. */
export function parseVersion(text: string): QemuVersion | null {
  const match = /^QEMU emulator version ((\d+)\.(\d+)(?:\.(\d+))?[^\s(,]*)/m.exec(text);
  if (match === null) return null;
  const [, version = '', major, minor, micro] = match;
  return { version, numbers: [Number(major), Number(minor), Number(micro ?? 0)] };
}

/** `-accel help`: a heading, then one name per line. */
export function parseAccelerators(text: string): string[] {
  return linesOf(text).filter((line) => /^[a-z][a-z0-9-]*$/.test(line));
}

/** `-machine help`: `name   description (default) (alias of other) (deprecated)`. */
export function parseMachines(text: string): EngineCapabilities['machines'] {
  return linesOf(text).flatMap((line) => {
    const match = /^([A-Za-z0-9][\w.+-]*)\s{1,}(\S.*)$/.exec(line);
    if (match === null || line.endsWith(':')) return [];
    const [, name = '', rest = ''] = match;
    return [{ name, description: rest.replace(/\s*\(default\)/, ''), isDefault: rest.includes('(default)') }];
  });
}

/** `-device help`: `name "virtio-net-pci", bus PCI, alias "virtio-net", desc "…"`. Aliases work on a command line too. */
export function parseDevices(text: string): string[] {
  const names = linesOf(text).flatMap((line) => {
    const name = /^name "([^"]+)"/.exec(line)?.[1];
    const alias = /, alias "([^"]+)"/.exec(line)?.[1];
    return name === undefined ? [] : alias === undefined ? [name] : [name, alias];
  });
  return [...new Set(names)];
}

/** `-cpu help`: one model per line; older x86 builds put `x86` before it, and a list of CPUID flags follows. */
export function parseCpus(text: string): string[] {
  const cpus: string[] = [];
  for (const line of linesOf(text)) {
    if (/^Recognized .*flags/.test(line)) break;
    const name = /^(?:x86\s+)?([A-Za-z0-9][\w.+-]*)(?:\s|$)/.exec(line)?.[1];
    if (name !== undefined && !line.endsWith(':')) cpus.push(name);
  }
  return cpus;
}

/** A CPU model that only the 64-bit emulator of the architecture has: `-version` does not say what is emulated. */
const telltaleCpu: Readonly<Record<Architecture, string>> = {
  x86_64: 'qemu64',
  aarch64: 'cortex-a57',
  riscv64: 'rv64',
};

export function architectureOf(cpus: readonly string[]): Architecture | null {
  const found = Object.entries(telltaleCpu).find(([, cpu]) => cpus.includes(cpu))?.[0];
  return found === 'x86_64' || found === 'aarch64' || found === 'riscv64' ? found : null;
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
