/** Messages about what is to be booted: kernels (hw/i386/x86.c, multiboot.c), firmware (hw/i386/x86.c, pc_sysfw.c, vl.c). */
import type { Rule } from './rule.ts';

export const guestRules: readonly Rule[] = [
  {
    pattern: /Error loading uncompressed kernel without PVH ELF Note/,
    explain: () => ({
      code: 'invalid_input',
      message: 'This ELF file has no PVH entry point, so QEMU cannot start it.',
      cause: 'An uncompressed 64-bit kernel is entered through a note of type XEN_ELFNOTE_PHYS32_ENTRY.',
      hint: 'Linux: give the bzImage, or build with CONFIG_PVH=y. Own kernels: add the note, or a Multiboot header in a 32-bit ELF.',
      field: 'guest.kernel',
    }),
  },
  {
    pattern: /Cannot load x86-64 image, give a 32bit one/,
    explain: () => ({
      code: 'invalid_input',
      message: 'A Multiboot kernel must be a 32-bit ELF file for QEMU; this one is 64-bit.',
      hint: 'objcopy -O elf32-i386 OLD NEW, or add a PVH note to the 64-bit file.',
      field: 'guest.kernel',
    }),
  },
  {
    pattern: /qemu: invalid kernel header/,
    explain: () => ({
      code: 'invalid_input',
      message: 'The kernel file is none that QEMU can start.',
      cause: 'It is no Linux bzImage, no ELF file and has no Multiboot header in its first 8 KiB.',
      hint: 'Look at it with `file`. A raw boot sector is a disk, not a kernel; a gzip-compressed kernel must be unpacked.',
      field: 'guest.kernel',
    }),
  },
  {
    pattern: /could not (?:open kernel file|load kernel) '(.+)'(?:: (.+))?/,
    explain: ([path, reason]) => ({
      code: /Permission denied/.test(reason) ? 'file_unreadable' : 'file_missing',
      message: `The kernel ${path} could not be loaded${reason === '' ? '' : `: ${lower(reason)}`}.`,
      // QEMU 7.2 says "No such file or directory" of an empty file too.
      cause: /No such file/.test(reason) ? 'It does not exist, or it is empty.' : undefined,
      hint: 'Check the path and that it is a file you may read.',
      field: 'guest.kernel',
    }),
  },
  {
    pattern: /-(initrd|append) only allowed with -kernel option/,
    explain: ([option]) => ({
      code: 'invalid_input',
      message: `-${option} needs a kernel.`,
      hint: 'A guest that boots from disk or firmware takes its kernel and command line from there.',
      field: 'runtime.extraArguments',
    }),
  },
  {
    pattern: /could not load PC BIOS '(.+)'/,
    explain: ([path]) => ({
      code: path.startsWith('/') ? 'file_unreadable' : 'engine_unsuitable',
      message: `The firmware ${path} could not be loaded.`,
      cause: 'It does not exist, cannot be read, or its size is no multiple of 64 KiB.',
      hint: path.startsWith('/') ? 'Check the file.' : 'QEMU’s own firmware is missing: Debian: apt install seabios.',
      field: 'guest.image.file',
    }),
  },
  {
    pattern: /firmware block device (\S+) has invalid size (\d+)/,
    explain: ([device, size]) => ({
      code: 'invalid_input',
      message: `The firmware image for ${device} has ${size} bytes, and that is no flash size.`,
      cause: 'Flash is made of 4 KiB blocks.',
      hint: 'Use CODE and VARS files of one firmware build, unchanged.',
      field: 'guest.image.code',
    }),
  },
  {
    pattern: /failed to find romfile "(.+)"/,
    explain: ([name]) => ({
      code: 'engine_unsuitable',
      message: `QEMU’s option ROM ${name} is missing.`,
      hint: 'Debian: apt install ipxe-qemu qemu-system-data.',
    }),
  },
];

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
