import { describe, expect, it } from 'vitest';
import { explain, rules } from './explain.ts';

const seen = rules.flatMap((rule) =>
  rule.seen.map(([from, text]) => ({ id: rule.id, when: rule.when ?? 'launch', from, text })),
);

describe('the table of known messages', () => {
  it('has every row once, with a real message, and more than sixty of them', () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    expect(rules.filter((rule) => rule.seen.length === 0)).toEqual([]);
    expect(new Set(seen.map(({ text }) => text)).size).toBeGreaterThanOrEqual(120);
  });

  it.each(seen)('$id ($from): $text', ({ id, when, text }) => {
    const moment = when === 'end' ? 'end' : 'launch';
    const explanation = explain(text, moment);
    expect(explanation?.failure.rule).toBe(id);
    expect(explanation?.failure.raw).toBe(text.trim());
    // A sentence, and no hole in it where a group did not take part.
    for (const words of [explanation?.failure.message, explanation?.failure.cause, explanation?.failure.hint]) {
      if (words === undefined) continue;
      expect(words).not.toMatch(/undefined|\$\{|\(\)| {2}|: ?\.$|" ?"/);
      expect(words.trim()).toBe(words);
    }
    expect(explanation?.failure.message).toMatch(/\.$/);
  });

  it('a message that somebody else quotes is not the message', () => {
    const quoted = seen.map(
      ({ text }) =>
        `guest: I saw "${text
          .split('\n')
          .at(-1)
          ?.replace(/^[\w.-]+: /, '')}" once`,
    );
    expect(quoted.filter((text) => explain(text) !== null || explain(text, 'end') !== null)).toEqual([]);
  });
});

describe('resembles a known message, and means something else', () => {
  it.each<[string, string]>([
    ['kvm-denied', 'Could not access KVM kernel module documentation: Permission denied'],
    ['kvm-absent', 'qemu-system-x86_64: warning: Could not access KVM kernel module: No such file or directory'],
    ['kvm-busy', 'ioctl(KVM_CREATE_VCPU) failed: 16 Device or resource busy'],
    ['kvm-internal-error', 'guest: KVM internal error. Suberror: see the manual'],
    ['accelerator-unknown', 'qemu-system-x86_64: invalid accelerator property thread'],
    ['accelerator-init', 'qemu-system-x86_64: failed to initialize kvmclock: no such device'],
    ['cpu-needs-kvm', "qemu-system-x86_64: CPU feature 'host' requires KVM"],
    ['image-lock', 'qemu-system-x86_64: Failed to get "write" permission'],
    ['image-lock', 'Failed to get "write" lock, retrying'],
    ['backing-missing', 'qemu-system-x86_64: Could not open backing store of the log'],
    ['format-wrong', 'qemu-system-x86_64: Image is not in the right format yet'],
    ['format-unknown', "qemu-system-x86_64: Unknown driver option 'x'"],
    ['qcow2-tables', 'qemu-system-x86_64: L1 table is too small to matter'],
    ['kernel-header', 'qemu: invalid kernel header version 3'],
    ['kernel-unreadable', "qemu: could not load kernel modules '/lib/modules'"],
    ['dtb-room', 'qemu-system-aarch64: Not enough space for DTB in the ROM'],
    ['bios-unreadable', "qemu: could not load PC BIOS settings '/nope'"],
    ['flash-room', 'device requires some bytes, block backend provides none'],
    ['option-rom', 'qemu-system-x86_64: failed to find romfile'],
    ['memory-host', "qemu-system-x86_64: cannot set up guest memory 'pc.ram': Invalid argument"],
    ['memory-machine', 'qemu-system-aarch64: Invalid RAM size'],
    ['processors-most', "qemu-system-x86_64: Invalid SMP CPUs 9. The max CPUs supported by machine 'x' is"],
    ['disk-full', 'guest says: ext4: No space left on device (28)'],
    ['display-module', "qemu-system-x86_64: Display 'gtk' is not available yet, waiting"],
    ['option-unknown', 'qemu-system-x86_64: -drive: invalid option order'],
    ['option-value', 'qemu-system-x86_64: the device requires an argument'],
    ['machine-unknown', 'qemu-system-x86_64: unsupported machine type version'],
    ['device-unknown', "qemu-system-x86_64: 'a' is not a valid device model name for this bus"],
    ['cpu-unknown', 'qemu-system-x86_64: unable to find CPU model'],
    ['property-unknown', "qemu-system-x86_64: Property 'x' not found"],
    ['id-twice', "qemu-system-x86_64: Duplicate ID 'a'"],
    ['port-busy', 'qemu-system-x86_64: -gdb tcp::1234: Address already in use by the guest'],
    ['port-busy', 'demo: bind: Address already in use'],
    ['port-forward', 'qemu-system-x86_64: Could not set up host forwarding rule'],
    ['socket-path', "qemu-system-x86_64: UNIX socket path '/x' is too long for comfort"],
    ['tap-device', 'qemu-system-x86_64: could not open /dev/net/tunnel: Permission denied'],
    ['library-missing', 'qemu-system-x86_64: error while loading shared state'],
    ['file-missing', "qemu-system-x86_64: Could not open '/x'"],
    ['file-denied', "qemu-system-x86_64: Could not open '/x': Permission granted"],
    ['ended-by-signal', 'qemu-system-x86_64: terminating on signal'],
    ['engine-assertion', 'assertion failed: the user was wrong'],
  ])('%s: %s', (id, text) => {
    expect(rules.map((rule) => rule.id)).toContain(id);
    expect(explain(text)?.failure.rule).not.toBe(id);
    expect(explain(text, 'end')?.failure.rule).not.toBe(id);
  });

  it('leaves alone what it does not know', () => {
    const unknown = [
      '',
      '\n\n',
      'qemu-system-x86_64: the moon is in the wrong phase',
      'qemu-system-x86_64: -drive file=x: the moon is in the wrong phase',
      'Traceback (most recent call last):\n  File "run.py", line 1\nKeyError: 1',
      'segmentation fault',
      'error',
      'qemu-system-x86_64: error: x',
      'Permission denied',
      'No such file or directory',
      'qemu-system-x86_64: Nicht genügend Hauptspeicher verfügbar',
      'VNC server running on 127.0.0.1:5900',
      'char device redirected to /dev/pts/0 (label serial0)',
      '\u0000\u0001\uffff',
      'x'.repeat(20_000),
    ];
    for (const text of unknown) {
      expect(explain(text)).toBeNull();
      expect(explain(text, 'end')).toBeNull();
    }
  });
});

describe('of several lines the right one', () => {
  const rule = (text: string, moment: 'launch' | 'end' = 'launch') => explain(text, moment)?.failure.rule;

  it('not a warning before the error', () => {
    expect(
      rule(
        "qemu-system-x86_64: -name a,b: warning: short-form boolean option 'b' deprecated\nPlease use b=on instead\nqemu-system-x86_64: -name a,b: Invalid parameter 'b'",
      ),
    ).toBe('parameter-unknown');
    expect(
      rule(
        "qemu-system-x86_64: warning: cannot set up guest memory 'pc.ram': Cannot allocate memory\nqemu-system-x86_64: -bogus: invalid option",
      ),
    ).toBe('option-unknown');
    expect(rule("qemu-system-x86_64: warning: host doesn't support requested feature: CPUID.01H:ECX.pni [bit 0]")).toBe(
      undefined,
    );
  });

  it('the first that stops it, not what follows from it', () => {
    expect(
      rule(
        "qemu-system-x86_64: -serial file:/nope/x: Could not open '/nope/x': Permission denied\nqemu-system-x86_64: -serial file:/nope/x: could not connect serial device to character backend 'file:/nope/x'",
      ),
    ).toBe('file-denied');
  });

  it('not an attempt that something else made up for', () => {
    const tried =
      'Could not access KVM kernel module: Permission denied\nqemu-system-x86_64: failed to initialize kvm: Permission denied\nqemu-system-x86_64: falling back to tcg\n';
    expect(rule(tried)).toBeUndefined();
    expect(rule(`${tried}qemu-system-x86_64: unsupported machine type`)).toBe('machine-unknown');
  });

  it('in words of musl and macOS, with time stamps, and of a QEMU with a name of its own', () => {
    expect(rule('qemu-system-x86_64: -gdb tcp::1234: Failed to find an available port: Address in use')).toBe(
      'port-busy',
    );
    expect(rule("my-qemu: cannot set up guest memory 'pc.ram': Out of memory")).toBe('memory-host');
    expect(rule("2026-11-23T17:38:41.123456Z qemu-system-x86_64: unable to find CPU model 'x'")).toBe('cpu-unknown');
  });

  it('of one that ran, only last words, the latest first', () => {
    const grumbling = "qemu-system-x86_64: -device x: Could not open '/x': No such file or directory\n";
    expect(rule(grumbling, 'end')).toBeUndefined();
    expect(rule(`${grumbling}qemu-system-x86_64: terminating on signal 15 from pid 1 (init)`, 'end')).toBe(
      'ended-by-signal',
    );
    const long = `KVM internal error. Suberror: 1\n${'guest_error: read of 0\n'.repeat(40)}`;
    expect(rule(long, 'end')).toBeUndefined();
  });
});
