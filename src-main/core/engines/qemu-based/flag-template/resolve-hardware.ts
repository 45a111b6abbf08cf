/** Engine, acceleration and graphics where a person left them to us: pure decisions, each with its reason. */
import type {
  AccelerationMode,
  CpuArchitecture,
  FfxEngine,
  GpuMode,
  OperatingSystem,
} from '../../../../../src-shared/model/emulator-configuration.ts';
import type { Resolved } from './resolve-networking.ts';

/**
 * What opening `/dev/kvm` for writing gave. `unreliable`: it opens, and a guest was seen to hang with it
 * (`diagnosis/acceleration.ts`).
 */
export type KvmAccess = 'usable' | 'forbidden' | 'absent' | 'unreliable';

export interface HardwareFacts {
  readonly os: OperatingSystem;
  /** null: an architecture that ffx has no guests for. */
  readonly hostArchitecture: CpuArchitecture | null;
  readonly kvm: KvmAccess;
}

export function resolveAcceleration(
  requested: AccelerationMode,
  guest: CpuArchitecture,
  { os, hostArchitecture, kvm }: HardwareFacts,
): Resolved<Exclude<AccelerationMode, 'auto'>> {
  if (requested !== 'auto') return { value: requested, reason: 'You chose it.', hint: null };
  const none = (reason: string, hint: string | null = null): Resolved<'none'> => ({ value: 'none', reason, hint });
  if (os === 'unsupported') return none('There is no hardware acceleration for this operating system.');
  if (guest !== hostArchitecture) {
    return none(`A ${guest} guest on a ${hostArchitecture ?? 'different'} host: every instruction is emulated.`);
  }
  if (os === 'macos')
    return { value: 'hyper', reason: "The Hypervisor framework runs guests of this Mac's own kind.", hint: null };
  switch (kvm) {
    case 'usable':
      return { value: 'hyper', reason: 'KVM can be used.', hint: null };
    case 'forbidden':
      return none(
        'You may not use /dev/kvm, and emulation is slow.',
        'Join its group: sudo usermod -a -G kvm $USER, then log in again or restart.',
      );
    case 'absent':
      return none(
        'There is no /dev/kvm, and emulation is slow.',
        "Switch virtualisation on in the firmware's settings, or load the kernel's kvm module.",
      );
    case 'unreliable':
      return none('/dev/kvm opens, but a guest hangs with it on this host.');
  }
}

export interface GpuFacts {
  readonly headless: boolean;
  readonly os: OperatingSystem;
  /** `DISPLAY` or `WAYLAND_DISPLAY` is set; always on macOS. */
  readonly hasDisplay: boolean;
  /** A `/dev/dri/renderD*` can be opened; always on macOS. */
  readonly hasRenderNode: boolean;
}

/** femu only: QEMU's engines draw with virtio-gpu, whatever this says. */
export function resolveGpu(requested: GpuMode, engine: FfxEngine, facts: GpuFacts): Resolved<Exclude<GpuMode, 'auto'>> {
  if (engine !== 'femu') {
    const value = requested === 'auto' ? 'swiftshader_indirect' : requested;
    return { value, reason: `Without effect: only femu has it, and the engine is ${engine}.`, hint: null };
  }
  if (requested === 'swiftshader_indirect') return { value: requested, reason: 'You chose it.', hint: null };
  if (requested === 'host') {
    const hint = facts.hasDisplay ? null : "There is no display: without one the host's graphics often fail.";
    return { value: 'host', reason: 'You chose it. It is experimental.', hint };
  }
  const software = (reason: string): Resolved<'swiftshader_indirect'> => ({
    value: 'swiftshader_indirect',
    reason,
    hint: null,
  });
  if (facts.headless) return software("Without a window nothing is gained by the host's graphics.");
  if (!facts.hasDisplay) return software('There is no display, so the processor draws.');
  if (!facts.hasRenderNode) return software('No graphics device can be opened, so the processor draws.');
  return { value: 'host', reason: 'A graphics device can be opened. This is experimental.', hint: null };
}

/** ffx's default is femu; qemu where femu cannot be, and says so. */
export function resolveEngine(
  requested: FfxEngine | null,
  guest: CpuArchitecture,
  facts: { readonly hostArchitecture: CpuArchitecture | null; readonly uefi: boolean; readonly configured?: FfxEngine },
): Resolved<FfxEngine> {
  if (requested !== null) return { value: requested, reason: 'You chose it.', hint: null };
  if (facts.uefi) return { value: 'qemu', reason: 'UEFI needs QEMU.', hint: null };
  if (guest !== facts.hostArchitecture) {
    return {
      value: 'qemu',
      reason: `femu has no ${guest} guests on a ${facts.hostArchitecture ?? 'different'} host.`,
      hint: null,
    };
  }
  if (facts.configured !== undefined) return { value: facts.configured, reason: 'Your settings say so.', hint: null };
  return { value: 'femu', reason: 'The Fuchsia emulator, as ffx chooses.', hint: null };
}
