/** The built bytes of dying-guest.S, as a disk that a PC boots from: a guest that says a text and dies. */
import { writeFile } from 'node:fs/promises';

const code = '+jHAjtiOwI7QvAB8uAQCuwB+uQIAtgDNE74Bfrr4A4PCBeyoIHT7g+oFrITAdAPu6+2APgB+cnUGDwEeQnzM9Ov9';

/** Throws what writing throws. `how`: it stands still with its interrupts off, or resets by a triple fault. */
export async function writeDyingGuest(path: string, text: string, how: 'halts' | 'resets'): Promise<void> {
  const disk = Buffer.alloc(64 * 1024);
  Buffer.from(code, 'base64').copy(disk);
  // What the firmware takes for a boot sector.
  disk.writeUInt16LE(0xaa55, 510);
  disk.write(`${how === 'halts' ? 'h' : 'r'}${text}`, 512, 'latin1');
  await writeFile(path, disk);
}
