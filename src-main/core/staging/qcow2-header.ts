/**
 * Reads the fixed part of a qcow2 image's header. Pure; the bytes may be cut, wrong or hostile.
 *
 * Format: https://gitlab.com/qemu-project/qemu/-/blob/v7.2.0/docs/interop/qcow2.txt (big-endian).
 */

export interface Qcow2Header {
  /** 2 or 3; 3 is what qemu-img calls `compat: 1.1`. */
  readonly version: number;
  /** What the guest sees, in bytes. */
  readonly virtualSize: bigint;
  /** As written in the image: a path (absolute, or relative to the image's folder) or a `json:` or protocol name. */
  readonly backingFile: string | null;
  /** Bytes, a power of two. */
  readonly clusterBytes: number;
  readonly snapshots: number;
  /** Bytes given to QEMU are in an external data file, so the image alone is not the disk. */
  readonly hasExternalData: boolean;
}

const magic = 0x51_46_49_fb; // 'QFI\xfb'
const longestBackingName = 1023;
const externalDataBit = 1n << 2n;

/** null: not qcow2 (version 2 or 3), or cut short. */
export function parseQcow2Header(bytes: Uint8Array): Qcow2Header | null {
  if (bytes.length < 72) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(4);
  if (view.getUint32(0) !== magic || (version !== 2 && version !== 3)) return null;
  const clusterBits = view.getUint32(20);
  // The format allows 9 … 21 (512 bytes … 2 MiB).
  if (clusterBits < 9 || clusterBits > 21) return null;
  const backing = backingName(bytes, view.getBigUint64(8), view.getUint32(16));
  if (backing === undefined) return null;
  const features = version === 3 && bytes.length >= 80 ? view.getBigUint64(72) : 0n;
  return {
    version,
    virtualSize: view.getBigUint64(24),
    backingFile: backing,
    clusterBytes: 2 ** clusterBits,
    snapshots: view.getUint32(60),
    hasExternalData: (features & externalDataBit) !== 0n,
  };
}

function backingName(bytes: Uint8Array, offset: bigint, length: number): string | null | undefined {
  if (offset === 0n || length === 0) return null;
  if (length > longestBackingName || offset + BigInt(length) > BigInt(bytes.length)) return undefined;
  const start = Number(offset);
  return new TextDecoder().decode(bytes.subarray(start, start + length));
}
