/** The built bytes of serial-guest.S, as a disk that a PC boots from. */
import { writeFile } from 'node:fs/promises';

const code = [
  '+jHAjtiO0LwAfOoPfAAAvwAA6EYAdAa+nHzoXwCDxwKD/wh17b8AAOgwAHQWqBB1HKgBdA7sPFJ0HKK7fL6ufOg5AIPHAoP/CHXd',
  '69jsvr986CgA6+2w/uZk9IuVlHyJ+9HrgMMxiB6hfIges3yIHsR8g8IF7IPqBTz/w6yEwHQSiMSDwgXsqCB0+4PqBYjg7uvpw/gD',
  '+ALoA+gCbGluZSAwIGlzIHRoZXJlDQoAbGluZSAwIGhlYXJkID8NCgBsaW5lIDAgc2F3IGEgYnJlYWsNCg==',
];

/** Throws what writing throws. */
export async function writeSerialGuest(path: string): Promise<void> {
  const sector = Buffer.alloc(512);
  Buffer.from(code.join(''), 'base64').copy(sector);
  // What the firmware takes for a boot sector.
  sector.writeUInt16LE(0xaa55, 510);
  await writeFile(path, sector);
}
