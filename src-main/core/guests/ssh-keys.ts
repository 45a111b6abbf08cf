/**
 * The ssh key pair that Slipway logs in to guests with: made once, kept in a private folder, never replaced.
 *
 * Private key format: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key (unencrypted).
 * Must never overwrite or delete a private key, whatever state it finds.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmod, link, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { writeFileAtomically } from '../kit/atomic-file.ts';
import { isErrno } from '../kit/errno.ts';
import { readRegularText } from '../kit/regular-file.ts';

export interface SshKeys {
  readonly privateKeyPath: string;
  readonly publicKeyPath: string;
  /** The line for `authorized_keys`, without a line end: `ssh-ed25519 AAAA… slipway`. */
  readonly publicKey: string;
}

const keyType = 'ssh-ed25519';
const comment = 'slipway';
const magic = 'openssh-key-v1\0';
const pemBegin = '-----BEGIN OPENSSH PRIVATE KEY-----';
const pemEnd = '-----END OPENSSH PRIVATE KEY-----';

/**
 * The key pair in `directory` (created with mode 0700), made on first use. Safe against a second process doing the
 * same: one of the two keys wins and both callers get that one. A missing or wrong public half is written anew.
 *
 * @throws SlipwayError `file_unreadable` when a private key is there that is not an unencrypted ed25519 key,
 * `disk_full`, `home_unusable` when the folder cannot be written.
 */
export async function ensureSshKeys(directory: string): Promise<SshKeys> {
  const privateKeyPath = join(directory, 'id_ed25519');
  const publicKeyPath = `${privateKeyPath}.pub`;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chmod(directory, 0o700);
    let privateKey = await readIfThere(privateKeyPath);
    if (privateKey === undefined) {
      await createExclusively(privateKeyPath, generateOpenSshKey());
      privateKey = await readKey(privateKeyPath);
    }
    // ssh refuses a private key that others can read.
    await chmod(privateKeyPath, 0o600);
    const publicKey = publicKeyOf(privateKey);
    if (publicKey === undefined) {
      throw new SlipwayError('file_unreadable', `${privateKeyPath} is not an unencrypted ed25519 key.`, {
        hint: 'Move the file away; a new key is made on the next launch.',
      });
    }
    if ((await readIfThere(publicKeyPath)) !== `${publicKey}\n`) {
      await writeFileAtomically(publicKeyPath, `${publicKey}\n`);
    }
    return { privateKeyPath, publicKeyPath, publicKey };
  } catch (error) {
    if (error instanceof SlipwayError) throw error;
    const raw = error instanceof Error ? error.message : String(error);
    const code = isErrno(error, 'ENOSPC', 'EDQUOT') ? 'disk_full' : 'home_unusable';
    throw new SlipwayError(code, `The ssh key could not be kept in ${directory}.`, { raw });
  }
}

/** A new unencrypted ed25519 private key in OpenSSH's own PEM format, with line ends. */
export function generateOpenSshKey(): string {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  if (d === undefined || x === undefined) throw new Error('node:crypto gave an ed25519 key without its numbers');
  const seed = Buffer.from(d, 'base64url');
  const point = Buffer.from(x, 'base64url');
  const check = randomBytes(4);
  const secret = Buffer.concat([
    check,
    check,
    sshString(keyType),
    sshString(point),
    sshString(Buffer.concat([seed, point])),
    sshString(comment),
  ]);
  // Padded to the "cipher" block of 8 with 1, 2, 3 …, as the format asks even where nothing is encrypted.
  const padding = Uint8Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1);
  const body = Buffer.concat([
    Buffer.from(magic),
    sshString('none'), // cipher
    sshString('none'), // key derivation
    sshString(''), // its options
    uint32(1), // number of keys
    sshString(publicBlob(point)),
    sshString(Buffer.concat([secret, padding])),
  ]).toString('base64');
  return [pemBegin, ...(body.match(/.{1,70}/g) ?? []), pemEnd, ''].join('\n');
}

/** The `authorized_keys` line for an unencrypted OpenSSH ed25519 private key; undefined for anything else. Pure. */
export function publicKeyOf(privateKey: string): string | undefined {
  const lines = privateKey.trim().split(/\r?\n/);
  if (lines[0] !== pemBegin || lines.at(-1) !== pemEnd) return undefined;
  const body = Buffer.from(lines.slice(1, -1).join(''), 'base64');
  if (body.subarray(0, magic.length).toString() !== magic) return undefined;
  const read = sshReader(body.subarray(magic.length));
  const [cipher, derivation] = [read.string()?.toString(), read.string()?.toString(), read.string()];
  if (cipher !== 'none' || derivation !== 'none' || read.uint32() !== 1) return undefined;
  const blob = read.string();
  if (blob === undefined || read.string() === undefined) return undefined;
  const point = sshReader(blob);
  if (point.string()?.toString() !== keyType || point.string()?.length !== 32) return undefined;
  return `${keyType} ${blob.toString('base64')} ${comment}`;
}

function publicBlob(point: Uint8Array): Buffer {
  return Buffer.concat([sshString(keyType), sshString(point)]);
}

function sshString(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Reads the format's fields in order; undefined once the bytes run out, because the file may be cut or hostile. */
function sshReader(bytes: Buffer): { uint32(): number | undefined; string(): Buffer | undefined } {
  let offset = 0;
  const readUint32 = (): number | undefined => {
    if (offset + 4 > bytes.length) return undefined;
    offset += 4;
    return bytes.readUInt32BE(offset - 4);
  };
  const readString = (): Buffer | undefined => {
    const length = readUint32();
    if (length === undefined || offset + length > bytes.length) return undefined;
    offset += length;
    return bytes.subarray(offset - length, offset);
  };
  return { uint32: readUint32, string: readString };
}

/** Writes a whole file or nothing, and leaves a file that is already there as it is: `link` refuses to replace. */
async function createExclusively(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, text, { mode: 0o600, flag: 'wx', flush: true });
    await link(temporary, path);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

function readKey(path: string): Promise<string> {
  return readRegularText(path, { what: 'key', mostBytes: 64 * 1024 });
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readKey(path);
  } catch (error) {
    if (error instanceof SlipwayError && error.code === 'file_missing') return undefined;
    throw error;
  }
}
