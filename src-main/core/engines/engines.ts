/**
 * The engines as one: each Spec goes to the engine that knows its guest. Everything above sees only this.
 */
import type { FuchsiaSpec, PlainSpec, Spec } from '../../../src-shared/model/spec.ts';
import type { EmulatorEngine } from './engine.ts';

export interface Engines {
  /** Guests whose command line is planned from the Spec. */
  readonly plain: EmulatorEngine<PlainSpec>;
  /** Fuchsia guests, planned from flag templates, on qemu or femu. */
  readonly fuchsia: EmulatorEngine<FuchsiaSpec>;
}

export function combineEngines({ plain, fuchsia }: Engines): EmulatorEngine {
  return {
    kind: 'any',
    describe: async () => [...(await plain.describe()), ...(await fuchsia.describe())],
    settle: async (spec) => (isFuchsia(spec) ? fuchsia.settle(spec) : plain.settle(asPlain(spec))),
    detect: (spec) => (isFuchsia(spec) ? fuchsia.detect(spec) : plain.detect(asPlain(spec))),
    validate: (spec, capabilities) =>
      isFuchsia(spec) ? fuchsia.validate(spec, capabilities) : plain.validate(asPlain(spec), capabilities),
    stage: (spec, context) => (isFuchsia(spec) ? fuchsia.stage(spec, context) : plain.stage(asPlain(spec), context)),
    expectStaged: (spec, paths) =>
      isFuchsia(spec) ? fuchsia.expectStaged(spec, paths) : plain.expectStaged(asPlain(spec), paths),
    plan: (input) => {
      const { spec } = input;
      return isFuchsia(spec) ? fuchsia.plan({ ...input, spec }) : plain.plan({ ...input, spec: asPlain(spec) });
    },
  };
}

export function isFuchsia(spec: Spec): spec is FuchsiaSpec {
  return spec.guest.kind === 'fuchsia';
}

export function asPlain(spec: Spec): PlainSpec {
  const { guest } = spec;
  if (guest.kind === 'fuchsia') throw new Error('a Fuchsia guest has an engine of its own');
  return { ...spec, guest };
}
