import { describe, expect, it } from 'vitest';
import { explain } from './explain.ts';

describe('explain: messages that this host cannot be made to give (recorded from QEMU 7.2 as another user)', () => {
  it.each([
    [
      'Could not access KVM kernel module: Permission denied\nqemu-system-x86_64: -accel kvm: failed to initialize kvm: Permission denied\n',
      'engine_unsuitable',
      /closed to this user/,
    ],
    [
      'Could not access KVM kernel module: No such file or directory\nqemu-system-x86_64: -accel kvm: failed to initialize kvm: No such file or directory\n',
      'engine_unsuitable',
      /has no KVM/,
    ],
    [
      'ioctl(KVM_CREATE_VM) failed: 16 Device or resource busy\nqemu-system-x86_64: failed to initialize KVM: Device or resource busy\n',
      'engine_unsuitable',
      /refused to create/,
    ],
    [
      "qemu-system-x86_64: error: failed to set MSR 0x10a to 0x69\nqemu-system-x86_64: ../../target/i386/kvm/kvm.c:3183: kvm_buf_set_msrs: Assertion `ret == cpu->kvm_msr_buf->nmsrs' failed.\n",
      'engine_unsuitable',
      /does not take/,
    ],
    [
      'KVM internal error. Suberror: 1\nextra data[0]: 0x0000000000000001\nemulation failure\n',
      'engine_unsuitable',
      /could not run the guest/,
    ],
    [
      "qemu-system-x86_64: -drive file=/x/o1.qcow2,format=qcow2: Could not open '/x/o1.qcow2': Permission denied\n",
      'file_unreadable',
      /\/x\/o1\.qcow2/,
    ],
    ["qemu: could not open kernel file '/x/k': Permission denied\n", 'file_unreadable', /kernel \/x\/k/],
    [
      'qemu-system-x86_64: -netdev tap,id=n0: could not open /dev/net/tun: Permission denied\n',
      'not_permitted',
      /\/dev\/net\/tun/,
    ],
    [
      'qemu-system-x86_64: -gdb tcp:127.0.0.1:82: Failed to bind socket: Permission denied\n',
      'not_permitted',
      /below 1024/,
    ],
    [
      "qemu: module ui-ui-gtk not found, do you want to install qemu-system-gui package?\nqemu-system-x86_64: Display 'gtk' is not available.\n",
      'engine_unsuitable',
      /display called gtk/,
    ],
    [
      "qemu-system-x86_64: can't open backing store /nope/x for guest RAM: No such file or directory\n",
      'file_missing',
      /\/nope\/x/,
    ],
    ["qemu-system-x86_64: Failed to open file '/nope'\n", 'file_missing', /\/nope/],
    [
      'qemu-img: m/v.qcow2: error while converting qcow2: Could not write qcow2 header: No space left on device\n',
      'disk_full',
      /full/,
    ],
  ])('%s', (stderr, code, message) => {
    expect(explain(stderr)).toMatchObject({ code, message: expect.stringMatching(message), raw: stderr.trim() });
  });

  it('leaves alone what it does not know', () => {
    expect(explain('qemu-system-x86_64: the moon is in the wrong phase\n')).toBeNull();
    expect(explain('')).toBeNull();
  });
});
