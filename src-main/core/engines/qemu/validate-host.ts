/** What the host cannot give. Pure, from facts read before. */
import type { Finding } from '../../../../src-shared/model/instance.ts';
import type { Spec } from '../../../../src-shared/model/spec.ts';
import type { EngineCapabilities } from '../engine.ts';
import { errorFinding, noteFinding, warningFinding } from './findings.ts';
import type { HostFacts } from './host-facts.ts';

export function hostFindings(spec: Spec, capabilities: EngineCapabilities, host: HostFacts): Finding[] {
  return [
    ...memoryFindings(spec, host),
    ...processorFindings(spec, host),
    ...accelerationFindings(spec, capabilities, host),
    ...logFindings(spec),
  ];
}

function memoryFindings({ device }: Spec, host: HostFacts): Finding[] {
  const { memoryMiB } = device;
  const field = 'device.memoryMiB';
  if (memoryMiB > host.totalMiB) {
    return [
      errorFinding('memory_insufficient', `The guest wants ${memoryMiB} MiB, and this host has ${host.totalMiB}.`, {
        hint: `Give it less: ${Math.max(1, Math.floor(host.totalMiB / 2))} MiB would leave room for the host.`,
        field,
      }),
    ];
  }
  if (memoryMiB > host.availableMiB) {
    return [
      warningFinding(
        'memory_insufficient',
        `The guest wants ${memoryMiB} MiB, and ${host.availableMiB} are free now.`,
        {
          cause: 'The host may swap, or end the guest, once the guest uses what it was given.',
          hint: 'Stop something, or give the guest less.',
          field,
        },
      ),
    ];
  }
  return [];
}

function processorFindings({ device }: Spec, host: HostFacts): Finding[] {
  if (device.processors <= host.processors) return [];
  return [
    warningFinding(
      'invalid_input',
      `The guest gets ${device.processors} processors, and this host has ${host.processors}.`,
      {
        cause: 'They take turns; time-outs and spin locks in the guest suffer.',
        field: 'device.processors',
      },
    ),
  ];
}

function accelerationFindings(spec: Spec, capabilities: EngineCapabilities, host: HostFacts): Finding[] {
  const wanted = spec.host.acceleration;
  const isForeign = host.architecture !== spec.architecture;
  const field = 'host.acceleration';
  if (wanted === 'auto') {
    if (!isForeign) return [];
    return [
      noteFinding('engine_unsuitable', `A ${spec.architecture} guest is emulated on this host, which is slow.`, {
        cause: `Hardware acceleration works for ${host.architecture ?? 'no'} guests only.`,
        field,
      }),
    ];
  }
  if (wanted === 'tcg') return [];
  const name = wanted.toUpperCase();
  const unusable = (cause: string, hint: string) => [
    errorFinding('engine_unsuitable', `${name} cannot be used for this guest.`, { cause, hint, field }),
  ];
  const useAuto = 'Choose "auto" or TCG.';
  if (isForeign)
    return unusable(`The guest is ${spec.architecture}; ${name} runs the host's architecture only.`, useAuto);
  if (!capabilities.accelerators.includes(wanted)) {
    return unusable(`${capabilities.binary} was built without it.`, useAuto);
  }
  if (wanted === 'hvf') return host.platform === 'darwin' ? [] : unusable('It exists on macOS only.', useAuto);
  switch (host.kvm) {
    case 'absent':
      return unusable(
        'There is no /dev/kvm.',
        'Enable virtualization in the BIOS (or nested virtualization, in a VM) and load kvm_intel or kvm_amd; or choose TCG.',
      );
    case 'forbidden':
      return unusable('You may not open /dev/kvm.', 'sudo usermod -aG kvm $USER, then log in again; or choose TCG.');
    default:
      return [];
  }
}

/** These write a line per instruction or per block: gigabytes in a minute. */
function logFindings({ runtime }: Spec): Finding[] {
  const heavy = runtime.debug.log.filter((item) => ['in_asm', 'exec', 'mmu', 'page'].includes(item));
  if (heavy.length === 0) return [];
  return [
    warningFinding(
      'invalid_input',
      `-d ${heavy.join(',')} writes a great deal to the engine log and slows the guest.`,
      {
        hint: 'Watch the free space of the disk.',
        field: 'runtime.debug.log',
      },
    ),
  ];
}
