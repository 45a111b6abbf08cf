/** Messages about image files: QEMU block.c, block/file-posix.c, block/qcow2.c. */
import type { Rule } from './rule.ts';

export const fileRules: readonly Rule[] = [
  {
    pattern: /Failed to get (?:shared )?"(\S+)" lock(?:\s+Is another process using the image \[(.+)\]\?)?/,
    explain: ([, path]) => ({
      code: 'file_unreadable',
      message: `${path || 'A disk image'} is in use by another program.`,
      cause: 'QEMU locks what it writes to: two writers would destroy the image.',
      hint: 'Stop the guest that uses it, or choose the access "overlay" or "copy".',
    }),
  },
  {
    pattern: /Could not open backing (?:file|image): (?:Could not open '(.+)': )?(.+)/,
    explain: ([path, reason]) => ({
      code: 'file_missing',
      message: `The image that a disk is based on could not be opened${path === '' ? '' : `: ${path}`}.`,
      cause: reason,
      hint: 'Put the base image back where it was, or choose the disk again to have a new overlay made.',
    }),
  },
  {
    pattern: /Image is not in (\S+) format/,
    explain: ([format]) => ({
      code: 'invalid_input',
      message: `A disk is not a ${format} image.`,
      hint: 'Choose the format "auto"; `qemu-img info FILE` says what it is.',
    }),
  },
  {
    pattern: /Unknown driver '(.+)'/,
    explain: ([format]) => ({
      code: 'invalid_input',
      message: `This QEMU knows no image format called ${format}.`,
      hint: 'Choose the format "auto". Some formats are packages of their own (Debian: qemu-block-extra).',
    }),
  },
  {
    pattern: /Unknown protocol '(.+)'/,
    explain: ([protocol]) => ({
      code: 'invalid_input',
      message: `QEMU took the start of a file name, "${protocol}:", for a protocol.`,
      hint: 'Give the file by its absolute path.',
      field: 'runtime.extraArguments',
    }),
  },
  {
    pattern: /'file' driver requires '(.+)' to be a regular file/,
    explain: ([path]) => ({
      code: 'file_not_regular',
      message: `${path} is not a file.`,
      hint: 'Choose the image itself.',
    }),
  },
  {
    pattern:
      /(?:Could not open|can't open backing store|Failed to open file|Could not create|Failed to bind socket to|Error opening logfile) '?([^':\n]+?)'?(?: for guest RAM)?: No such file or directory/,
    explain: ([path]) => ({
      code: 'file_missing',
      message: `${path} does not exist, or the folder it should be in does not.`,
      hint: 'Check the path.',
    }),
  },
  {
    pattern: /(?:Could not open|Could not create|Failed to bind socket to) '?([^':\n]+?)'?: Permission denied/,
    explain: ([path]) => ({
      code: 'file_unreadable',
      message: `You may not open ${path}.`,
      hint: 'Look at its permissions and those of the folders above it: ls -l, namei -l. A disk is opened for writing unless it is read-only.',
    }),
  },
  {
    pattern: /Failed to open file '(.+)'/,
    explain: ([path]) => ({
      code: 'file_missing',
      message: `${path} could not be opened.`,
      hint: 'Check that it exists and that you may read it.',
    }),
  },
  {
    pattern: /No space left on device/,
    explain: () => ({
      code: 'disk_full',
      message: 'The disk is full.',
      hint: 'Free some space, then launch again.',
    }),
  },
];
