/** A Fuchsia guest whose every file is in place, as its command line is planned from it. Data only. */
import type { EmulatorConfiguration } from '../../../../src-shared/model/emulator-configuration.ts';

export interface PreparedFuchsia {
  /** Staged paths, decided modes; without flags. Acceleration is filled in when the line is planned. */
  readonly configuration: EmulatorConfiguration;
  readonly template: { readonly name: string; readonly text: string };
  readonly devConfig: {
    readonly args: string[];
    readonly kernel_args: string[];
    readonly env: Record<string, string>;
  } | null;
  /** What `{{env "NAME"}}` of a template reads. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}
