/** The form of a Fuchsia guest, besides the labels of its fields. */
export const fuchsiaStrings = {
  from: { bundle: 'Product bundle', files: 'Loose files', template: 'Flag template' },
  diskKind: { fxfs: 'Fxfs', fvm: 'FVM', fat: 'FAT', gpt: 'GPT' },
  templateSays: 'It says everything: no bundle and no device is read, nothing is staged.',
  automatic: (result: string | undefined) => (result === undefined ? 'Automatic' : `Automatic: ${result}`),
  engine: { qemu: 'QEMU', femu: 'FEMU' },
  notInstalled: (engine: string) => `${engine} (not installed)`,
  engineMissing: 'No program of this engine was found on this host.',
  networking: { user: 'User mode', tap: 'Tap', none: 'None' },
  networkingHint: {
    auto: undefined,
    user: undefined,
    tap: 'Needs an interface named "qemu" that is up and free. No ports are mapped: the guest has an address.',
    none: 'Without a network only the consoles reach the guest.',
  },
  console: { none: 'None', console: 'Serial console', monitor: 'Monitor' },
  consoleHint: 'In front after the launch; the others stay in reach.',
  gpu: { swiftshader_indirect: 'SwiftShader (software)', host: "The host's" },
  gpuHint: 'FEMU only.',
  reuse: {
    check: 'If the sources are unchanged',
    reuse: 'What is staged, unchecked',
    restage: 'Nothing: stage anew',
  },
  decidedHere: 'Decided here',

  bundle: 'Product bundle',
  bundleWanted: 'A directory with product_bundle.json, as "ffx product download" makes it.',
  bundleReading: 'Reading the bundle…',
  bundleFailed: 'Bundle',
  problem: 'Problem',
  sdk: (version: string) => `SDK ${version}`,
  system: 'System',
  files: { kernel: 'Kernel', zbi: 'ZBI', disk: 'Disk' },
  none: 'none',
  device: 'Device',
  deviceOverruled: 'the virtual device file wins over these',
  noDevices: 'The bundle names no virtual device; choose one by its file.',
  recommended: 'recommended',
  deviceSize: (architecture: string, processors: number, memory: string) =>
    `${architecture} · ${processors} CPU · ${memory}`,
  deviceAbout: (description: string, storage: string, ports: readonly string[]) =>
    [
      description === '' ? '' : `${description.replace(/\.$/, '')}.`,
      `Storage ${storage}.`,
      ports.length === 0 ? '' : `Ports: ${ports.join(', ')}.`,
    ]
      .filter(Boolean)
      .join(' '),
} as const;
