/** Image files: locks, formats, damage, backing files, protocols. QEMU block.c, block/*.c, blockdev.c. */
import { type Explained, errno, extraField, type Rule, said } from './rule.ts';

const damaged = (what: string): Explained => ({
  code: 'image_damaged',
  message: `A disk image is damaged: ${what}.`,
  cause: 'It was cut off, overwritten, or copied while a guest was writing to it.',
  hint: 'Look at it with `qemu-img check FILE`, or take a copy that is whole.',
  subject: { about: 'damage', path: '' },
});
const notOfFormat = (format: string): Explained => ({
  code: 'invalid_input',
  message: `A disk is not a ${format} image.`,
  hint: 'Choose the format "auto"; `qemu-img info FILE` says what it is.',
  subject: { about: 'format' },
});

export const imageRules: readonly Rule[] = [
  {
    id: 'image-lock',
    family: 'lock',
    pattern: said('Failed to get (?:shared )?"(?<name>[\\w ]+)" lock'),
    since: '2.10',
    seen: [
      [
        '7.2',
        'qemu-system-x86_64: -drive file=d.qcow2: Failed to get "write" lock\nIs another process using the image [d.qcow2]?',
      ],
      [
        '7.2',
        'qemu-system-x86_64: -drive file=d.qcow2,format=qcow2,readonly=on: Failed to get shared "write" lock\nIs another process using the image [d.qcow2]?',
      ],
      [
        '2.11',
        'qemu-system-x86_64: -drive file=disk.img,format=raw: Failed to get "write" lock\nIs another process using the image?',
      ],
    ],
    explain: (_, log) => {
      const path = /Is another process using the image \[(.+)\]\?/.exec(log)?.[1] ?? '';
      return {
        code: 'file_unreadable',
        message: `${path || 'A disk image'} is in use by another program.`,
        cause: 'QEMU locks what it writes to: two writers would destroy the image.',
        hint: 'Stop the guest that uses it. Guests that each have an overlay on it can run together.',
        subject: { about: 'lock', path },
      };
    },
  },
  {
    id: 'backing-missing',
    family: 'missing file',
    pattern: said("Could not open backing (?:file|image): (?:Could not open '(?<path>.+)': )?(?<reason>.+)"),
    seen: [
      [
        '7.2',
        "qemu-system-x86_64: -drive file=orphan2.qcow2,format=qcow2: Could not open backing file: Could not open 'base2.qcow2': No such file or directory",
      ],
      [
        '8.0',
        "qemu-img: Could not open 'overlay.qcow2': Could not open backing file: Could not open '/images/base.img': Permission denied",
      ],
    ],
    explain: ({ path, reason }) => ({
      code: 'file_missing',
      message: `The image that a disk is based on could not be opened${path === '' ? '' : `: ${path}`}.`,
      cause: `The system says: ${reason}.`,
      hint: 'Put the base image back where it was, or choose the disk again to have a new overlay made.',
      ...(path.startsWith('/') ? { subject: { about: 'file', path, use: 'read' } as const } : {}),
    }),
  },
  {
    id: 'format-wrong',
    family: 'format',
    pattern: said('Image (?:is )?not in (?<name>\\w+) format'),
    seen: [
      ['7.2', 'qemu-system-x86_64: -drive file=text,format=qcow2: Image is not in qcow2 format'],
      ['7.2', "qemu-img: Could not open 'text': Image is not in qcow2 format"],
    ],
    explain: ({ name }) => notOfFormat(name),
  },
  {
    id: 'format-vmdk',
    family: 'format',
    pattern: said('invalid (?<name>VMDK|VPC) image(?: descriptor)?'),
    seen: [
      ['7.2', 'qemu-system-x86_64: -drive file=text,format=vmdk: invalid VMDK image descriptor'],
      ['7.2', 'qemu-system-x86_64: -drive file=text,format=vpc: invalid VPC image'],
    ],
    explain: ({ name }) => notOfFormat(name.toLowerCase()),
  },
  {
    id: 'format-vdi',
    family: 'format',
    pattern: said('(?:Unsupported VDI image size \\(.+\\)|Image not in VDI format \\(.+\\))'),
    seen: [
      [
        '7.2',
        'qemu-system-x86_64: -drive file=text,format=vdi: Unsupported VDI image size (size is 0x7878787878787878, max supported is 0x1fffff8000000)',
      ],
    ],
    explain: () => notOfFormat('vdi'),
  },
  {
    id: 'format-unknown',
    family: 'format',
    pattern: said("Unknown driver '(?<name>.+)'"),
    seen: [['7.2', "qemu-system-x86_64: -drive file=text,format=nosuch: Unknown driver 'nosuch'"]],
    explain: ({ name }, log) => ({
      code: 'invalid_input',
      message: `This QEMU knows no image format called ${name}.`,
      hint: `Choose the format "auto". ${packageOf(log) ?? 'Some formats are packages of their own (Debian: qemu-block-extra).'}`,
      subject: { about: 'format' },
    }),
  },
  {
    id: 'protocol-unknown',
    family: 'format',
    pattern: said("Unknown protocol '(?<name>.+)'"),
    seen: [
      ['7.2', "qemu-system-x86_64: -drive file=a:b.img,format=raw: Unknown protocol 'a'"],
      [
        '7.2, Debian',
        "qemu: module block-block-ssh not found, do you want to install qemu-block-extra package?\nqemu-system-x86_64: -drive file=ssh://127.0.0.1/x,format=raw: Unknown protocol 'ssh'",
      ],
    ],
    explain: ({ name }, log) => {
      const install = packageOf(log);
      return {
        code: 'invalid_input',
        message:
          install === null
            ? `QEMU took the start of a file name, "${name}:", for a protocol.`
            : `This QEMU has no support for the protocol ${name}.`,
        hint: install ?? 'Give the file by its absolute path.',
        field: extraField,
      };
    },
  },
  {
    id: 'qcow2-corrupt',
    family: 'damaged image',
    pattern: said('qcow2: Image is corrupt; cannot be opened read/write'),
    seen: [
      [
        '7.2',
        'qemu-system-x86_64: -drive file=corrupt.qcow2,format=qcow2: qcow2: Image is corrupt; cannot be opened read/write',
      ],
    ],
    explain: () => ({
      code: 'image_damaged',
      message: 'A disk image is marked as corrupt, and QEMU will not write to it.',
      cause: 'An earlier QEMU found its tables contradicting themselves.',
      hint: 'Make a copy, then try `qemu-img check -r all COPY`. Read-only access still works.',
      subject: { about: 'damage', path: '' },
    }),
  },
  {
    id: 'qcow2-tables',
    family: 'damaged image',
    pattern: said(
      '(?<name>(?:Active L1|Snapshot|Reference count|Refcount) table (?:offset invalid|too large)|Image does not contain a reference count table|L1 table is too small|qcow2 header too short|Image size too big|Invalid (?:extension|cluster) .+)',
    ),
    seen: [
      ['7.2', 'qemu-system-x86_64: -drive file=trunc.qcow2,format=qcow2: qcow2 header too short'],
      ['7.2', 'qemu-system-x86_64: -drive file=badl1.qcow2,format=qcow2: Active L1 table offset invalid'],
    ],
    explain: ({ name }) => damaged(name.charAt(0).toLowerCase() + name.slice(1)),
  },
  {
    id: 'qcow2-version',
    family: 'format',
    pattern: said('Unsupported qcow2 (?:version (?<number>\\d+)|feature\\(s\\): (?<reason>.+))'),
    seen: [
      ['7.2', 'qemu-system-x86_64: -drive file=badver.qcow2,format=qcow2: Unsupported qcow2 version 9'],
      [
        '7.2',
        'qemu-system-x86_64: -drive file=feat.qcow2,format=qcow2: Unsupported qcow2 feature(s): Unknown incompatible feature: 8000000000000000',
      ],
    ],
    explain: ({ number, reason }) => ({
      code: 'engine_unsuitable',
      message: 'A qcow2 image uses something this QEMU does not know.',
      cause: number === '' ? reason : `It says that it is version ${number}.`,
      hint: 'Use a newer QEMU, or convert the image with the program that made it. It may also be damaged: `qemu-img check FILE`.',
    }),
  },
  {
    id: 'qcow2-encrypted',
    family: 'format',
    pattern: said('Use of AES-CBC encrypted qcow2 images is no longer supported in system emulators'),
    since: '2.6',
    seen: [
      [
        '7.2',
        "qemu-system-x86_64: -drive file=luks.qcow2,format=qcow2: Use of AES-CBC encrypted qcow2 images is no longer supported in system emulators\nYou can use 'qemu-img convert' to convert your image to an alternative supported format, such as unencrypted qcow2, or raw with the LUKS format instead.",
      ],
    ],
    explain: () => ({
      code: 'engine_unsuitable',
      message: 'The image is encrypted in the old way (AES-CBC), which guests can no longer use.',
      hint: 'Convert it: qemu-img convert --image-opts … -O qcow2 OLD NEW; qemu-img still reads it.',
    }),
  },
  {
    id: 'image-size',
    family: 'format',
    pattern: said(
      '(?:Image size (?:is|must be) (?:not )?a multiple of (?<number>\\d+)(?: bytes)?|.*\\bsize is not a multiple of (?:the )?(?:sector size|logical block size).*|Cannot get .write. permission without .resize.: Image size is not a multiple of request alignment)',
    ),
    seen: [
      [
        '6.0',
        "qemu-system-x86_64: -device virtio-blk-pci,drive=d: Cannot get 'write' permission without 'resize': Image size is not a multiple of request alignment",
      ],
    ],
    explain: () => ({
      code: 'invalid_input',
      message: 'The size of a disk image does not fit the blocks it is written in.',
      cause: 'With direct I/O or 4 KiB sectors a raw image must be a multiple of that size.',
      hint: 'Make it longer on a copy: truncate -s %4096 FILE. Or choose the access "overlay".',
    }),
  },
  {
    id: 'image-directory',
    family: 'missing file',
    pattern: said(
      "'(?<name>\\w+)' driver requires '(?<path>.+)' to be (?:a regular file|either a character or block device)",
    ),
    seen: [
      ['7.2', "qemu-system-x86_64: -drive file=/tmp,format=raw: 'file' driver requires '/tmp' to be a regular file"],
      [
        '7.2',
        "qemu-system-x86_64: -blockdev driver=host_device,filename=/tmp,node-name=a: 'host_device' driver requires '/tmp' to be either a character or block device",
      ],
    ],
    explain: ({ path, name }) => ({
      code: 'file_not_regular',
      message: name === 'file' ? `${path} is not a file.` : `${path} is not a device.`,
      hint: 'Choose the image itself.',
    }),
  },
  {
    id: 'disk-read-only',
    family: 'permissions',
    pattern: said("(?:Block node is read-only|Block node '.+' is read-only)"),
    seen: [['7.2', 'qemu-system-x86_64: -device ide-hd,drive=b: Block node is read-only']],
    explain: () => ({
      code: 'invalid_input',
      message: 'A disk is read-only, and what it is attached to cannot be.',
      cause: 'IDE and SATA have no read-only disks.',
      hint: 'Attach it as virtio, SCSI, NVMe or USB, or let an overlay take the writes.',
    }),
  },
  {
    id: 'drive-twice',
    family: 'option',
    pattern: said(
      "(?:drive with bus=(?<number>\\d+), unit=(?<value>\\d+) \\(index=\\d+\\) exists|Drive '(?<name>.+)' is already in use (?:by another device|because it has been automatically connected to another device.*))",
    ),
    seen: [
      ['7.2', 'qemu-system-x86_64: -drive file=d.qcow2,index=0: drive with bus=0, unit=0 (index=0) exists'],
      ['7.2', "qemu-system-x86_64: -device virtio-blk-pci,drive=b: Drive 'b' is already in use by another device"],
    ],
    explain: ({ name, value }) => ({
      code: 'invalid_input',
      message: name === '' ? `Two drives want the same place (unit ${value}).` : `The drive ${name} is attached twice.`,
      hint: 'Give one of them another index, or if=none with a -device of its own.',
      field: extraField,
    }),
  },
  {
    id: 'drive-bus',
    family: 'option',
    pattern: said(
      "(?:machine type does not support if=(?<name>\\w+),bus=\\d+,unit=\\d+|unsupported bus type '(?<value>.+)')",
    ),
    seen: [
      [
        '7.2',
        'qemu-system-x86_64: -drive if=scsi,file=raw.img,format=raw: machine type does not support if=scsi,bus=0,unit=0',
      ],
      ['7.2', "qemu-system-x86_64: -drive file=raw.img,if=nosuch: unsupported bus type 'nosuch'"],
    ],
    explain: ({ name, value }) => ({
      code: 'invalid_input',
      message: `The machine has no place for a drive with if=${name || value}.`,
      hint: 'Use if=virtio, or if=none and a -device that the machine has.',
      field: extraField,
    }),
  },
  {
    id: 'drive-missing',
    family: 'option',
    pattern: said("(?:drive property not set|Cannot find device='?(?<name>.*?)'? nor node[-_]name='?(?<value>.*?)'?)"),
    seen: [
      ['7.2', 'qemu-system-x86_64: -device virtio-blk-pci: drive property not set'],
      [
        '7.2',
        "qemu-system-x86_64: -blockdev driver=raw,file=zz,node-name=a: Cannot find device='zz' nor node-name='zz'",
      ],
    ],
    explain: ({ name }) => ({
      code: 'invalid_input',
      message: name === '' ? 'A disk device was given without a drive.' : `No drive is called ${name}.`,
      hint: 'Add drive=ID, and a -drive or -blockdev with that id before it.',
      field: extraField,
    }),
  },
  {
    id: 'snapshot-missing',
    family: 'image',
    pattern: said(
      "(?:Snapshot '(?<name>.+)' does not exist in one or more devices|no block device can store vmstate for snapshot|Device '.+' does not have the requested snapshot '(?<value>.+)')",
    ),
    seen: [
      ['7.2', "qemu-system-x86_64: Snapshot 'x' does not exist in one or more devices"],
      ['7.2', 'qemu-system-x86_64: no block device can store vmstate for snapshot'],
    ],
    explain: ({ name, value }) => ({
      code: 'invalid_input',
      message:
        name || value
          ? `There is no snapshot called ${name || value} in every disk.`
          : 'No disk of this guest can hold snapshots.',
      hint: `\`qemu-img snapshot -l FILE\` lists them; only qcow2 images have any.`,
      field: extraField,
    }),
  },
  {
    id: 'aio-direct',
    family: 'option',
    pattern: said('aio=native was specified, but it requires cache\\.direct=on, which was not specified\\.'),
    seen: [
      [
        '7.2',
        'qemu-system-x86_64: -drive file=raw.img,format=raw,aio=native: aio=native was specified, but it requires cache.direct=on, which was not specified.',
      ],
    ],
    explain: () => ({
      code: 'invalid_input',
      message: 'aio=native works only without the host’s cache.',
      hint: 'Add cache=none (or cache.direct=on) to that drive, or leave aio=native out.',
      field: extraField,
    }),
  },
  {
    id: 'remote-refused',
    family: 'socket',
    pattern: said(`Failed to connect to '(?<address>[^/'].*)': ${errno.refused}`),
    seen: [
      [
        '7.2',
        "qemu-system-x86_64: -drive file=nbd://127.0.0.1:1/x,format=raw: Failed to connect to '127.0.0.1:1': Connection refused",
      ],
    ],
    explain: ({ address }) => ({
      code: 'invalid_input',
      message: `Nobody listens on ${address}, where QEMU was to connect.`,
      hint: 'Start that server first, or turn the argument round: server=on lets QEMU listen.',
      field: extraField,
    }),
  },
];

/** Debian's QEMU names the package of a module it has not. */
export function packageOf(log: string): string | null {
  const name = /module (\S+) not found, do you want to install (\S+) package\?/.exec(log)?.[2];
  return name === undefined ? null : `Install it: sudo apt install ${name}.`;
}
