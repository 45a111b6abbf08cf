/**
 * What is added to an image, as data. Pure. The payloads of the small items, and the set that `ffx emu` adds to the image
 * of every emulator.
 */
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';
import { itemTypes } from './format.ts';

export interface NewItem {
  readonly type: number;
  readonly payload: Uint8Array;
}

export interface ZbiAdditions {
  /** New items, in this order, behind those of the image. */
  readonly items?: readonly NewItem[];
  /** Words for the kernel, put behind those that the image has. Given, even empty: all CMDLINE items become one. */
  readonly commandLine?: string;
  /** Files of the BOOTFS, new or in place of those of the same name. */
  readonly bootfsFiles?: readonly { readonly name: string; readonly content: Uint8Array }[];
}

export const authorizedKeysName = 'data/ssh/authorized_keys';

/** The name under which the guest copies the keys to /data/ssh, where they survive an update. */
const authorizedKeysBootFile = 'ssh.authorized_keys';

export interface EmulatorBootData {
  /** The content of an `authorized_keys` file. */
  readonly authorizedKeys: Uint8Array;
  /** Like `EM-12AB34CD5`; the guest takes it as its serial number. */
  readonly serialNumber?: string;
  /** Kernel arguments, for boot paths on which QEMU's `-append` does not reach the kernel. */
  readonly commandLine?: string;
  /** Fresh random bytes; `ffx emu` gives 64. */
  readonly entropy: Uint8Array;
}

/** What `ffx emu` embeds, in the order of its `zbi` call: BOOTLOADER_FILE, SERIAL_NUMBER, ENTROPY. */
export function emulatorAdditions(data: EmulatorBootData): ZbiAdditions {
  const { authorizedKeys, serialNumber: serial, commandLine } = data;
  return {
    items: [
      bootloaderFile(authorizedKeysBootFile, authorizedKeys),
      ...(serial === undefined ? [] : [serialNumber(serial)]),
      entropy(data.entropy),
    ],
    bootfsFiles: [{ name: authorizedKeysName, content: authorizedKeys }],
    ...(commandLine === undefined ? {} : { commandLine }),
  };
}

/** A byte with the length of the name, the name, the content. @throws SlipwayError `invalid_input` */
export function bootloaderFile(name: string, content: Uint8Array): NewItem {
  const nameBytes = Buffer.from(name);
  if (nameBytes.length === 0 || nameBytes.length > 255) {
    throw new SlipwayError('invalid_input', `A BOOTLOADER_FILE's name has 1 to 255 bytes: ${JSON.stringify(name)}`);
  }
  const payload = Buffer.concat([Uint8Array.of(nameBytes.length), nameBytes, content]);
  return { type: itemTypes.bootloaderFile, payload };
}

/** ASCII without an end mark. @throws SlipwayError `invalid_input` */
export function serialNumber(text: string): NewItem {
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw new SlipwayError('invalid_input', `A serial number is printable ASCII: ${JSON.stringify(text)}`);
  }
  return { type: itemTypes.serialNumber, payload: Buffer.from(text, 'latin1') };
}

export function entropy(bytes: Uint8Array): NewItem {
  return { type: itemTypes.entropy, payload: bytes };
}

/** The words of all parts, each without its end mark, joined by spaces, with one NUL at the end. */
export function mergeCommandLines(parts: readonly Uint8Array[]): Uint8Array {
  // Latin-1 keeps every byte as it is: the image's own words are not ours to re-encode.
  const words = parts.map((part) => Buffer.from(part).toString('latin1').replace(/\0.*$/s, '').trim());
  return Buffer.from(`${words.filter((text) => text !== '').join(' ')}\0`, 'latin1');
}
