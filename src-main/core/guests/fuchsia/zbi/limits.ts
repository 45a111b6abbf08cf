/** What a boot image may ask of this machine. Real ones stay far below; a crafted one is stopped here. */
const mib = 1024 * 1024;

export const zbiLimits = {
  /** One list entry each: a file of empty items only would otherwise fill the memory. Real images have dozens. */
  items: 10_000,
  /** What a compressed item may unfold to on disk. The largest BOOTFS of an engineering build is some 200 MiB. */
  decodedBytes: 2 * 1024 * mib,
  /** The directory is held in memory; 16 MiB are some 200 000 files. */
  bootfsDirectoryBytes: 16 * mib,
  /** Small items are read whole: command lines, and files that are shown or compared. */
  smallPayloadBytes: 16 * mib,
  /** How much is read or written at once. */
  chunkBytes: mib,
} as const;
