/** What a product bundle holds: its systems, its devices to choose from, and what is wrong with it. */
import { RadioGroup } from 'radix-ui';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { type Failure, toFailure } from '../../../../src-shared/contract/errors.ts';
import type { BundleSummary } from '../../../../src-shared/model/fuchsia.ts';
import type { FileReference } from '../../../../src-shared/model/spec.ts';
import { useApplication } from '../../../state/context.tsx';
import { formatBytes } from '../../../state/format.ts';
import { fuchsiaStrings } from '../../../strings/fuchsia-form.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Messages } from '../../../ui/field.tsx';
import { Segments } from '../../../ui/segments.tsx';
import { FailurePanel } from '../../failure/failure-panel.tsx';
import { FieldFrame } from '../fields/field-frame.tsx';
import { useChoice, useFuchsia } from '../form-fields.tsx';
import { useMessages } from '../messages.tsx';
import { type BundleDevice, chosenDevice, withBundle, withDevice } from './fuchsia-form.ts';

function DeviceRow({ device }: { device: BundleDevice }) {
  const ports = Object.entries(device.ports).map(([name, port]) => `${name} ${port}`);
  return (
    <RadioGroup.Item value={device.name} aria-label={device.name} className="device">
      <span className="device-dot" aria-hidden />
      <span className="device-name">
        <span className="truncate">{device.name}</span>
        {device.recommended && <Badge>{fuchsiaStrings.recommended}</Badge>}
      </span>
      <span className="device-size">
        {fuchsiaStrings.deviceSize(device.architecture, device.processors, formatBytes(device.memoryBytes))}
      </span>
      <span className="device-about">
        {fuchsiaStrings.deviceAbout(device.description, formatBytes(device.storageBytes), ports)}
      </span>
    </RadioGroup.Item>
  );
}

function Devices({ bundle }: { bundle: BundleSummary }) {
  const [fuchsia, set] = useFuchsia();
  const messages = useMessages('guest.source.device');
  const overruled = fuchsia.virtualDevice !== null;
  return (
    <div className="field" data-field="guest.source.device">
      <span className="field-label">
        {fuchsiaStrings.device}
        {overruled && <span className="field-optional"> {fuchsiaStrings.deviceOverruled}</span>}
      </span>
      <RadioGroup.Root
        className="devices"
        aria-label={fuchsiaStrings.device}
        orientation="vertical"
        disabled={overruled}
        value={chosenDevice(bundle, fuchsia.device)?.name ?? ''}
        onValueChange={(name) => {
          const device = bundle.devices.find((one) => one.name === name);
          if (device !== undefined) set((before) => withDevice({ ...before, device: name }, device));
        }}
      >
        {bundle.devices.map((device) => (
          <DeviceRow key={device.name} device={device} />
        ))}
      </RadioGroup.Root>
      <Messages messages={messages} />
    </div>
  );
}

/** Files of a bundle lie inside it: the part that says something. */
function inside(bundle: BundleSummary, path: string): string {
  return path.startsWith(`${bundle.path}/`) ? path.slice(bundle.path.length + 1) : path;
}

function Systems({ bundle }: { bundle: BundleSummary }) {
  const [fuchsia, set] = useFuchsia();
  const system = bundle.systems.find(({ slot }) => slot === fuchsia.system);
  const disk = system?.disk ?? null;
  const rows = [
    [fuchsiaStrings.files.kernel, system?.kernel ?? null],
    [fuchsiaStrings.files.zbi, system?.zbi ?? null],
    [fuchsiaStrings.files.disk, disk?.path ?? null],
  ] as const;
  return (
    <div className="bundle-system">
      {bundle.systems.length > 1 && (
        <FieldFrame field="guest.source.system">
          <Segments
            label={fuchsiaStrings.system}
            value={fuchsia.system}
            options={bundle.systems.map(({ slot }) => ({ value: slot, label: slot.toUpperCase() }))}
            onChange={(slot) => set({ system: slot })}
          />
        </FieldFrame>
      )}
      <dl className="bundle-files">
        {rows.map(([label, path]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className={path === null ? 'field-optional' : 'mono'} title={path ?? undefined}>
              <span className="truncate">{path === null ? fuchsiaStrings.none : inside(bundle, path)}</span>
              {label === fuchsiaStrings.files.disk && disk !== null && (
                <span className="field-optional">
                  {disk.kind}, {formatBytes(disk.bytes)}
                </span>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** Reads the bundle again with every new directory and every new connection. */
function useBundle(directory: FileReference | null) {
  const application = useApplication();
  const [fuchsia, set] = useFuchsia();
  const [bundle, setBundle] = useState<BundleSummary | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const epoch = useStore(application.stores.connection, (state) => state.epoch);
  const token = directory?.token ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the form's setter is new each time; see also epoch
  useEffect(() => {
    setBundle(null);
    setFailure(null);
    if (token === null) return;
    let current = true;
    application.call('fuchsia.bundle', { directory: token }).then(
      (got) => {
        if (!current) return;
        setBundle(got);
      },
      (error) => current && setFailure(toFailure(error)),
    );
    return () => {
      current = false;
    };
  }, [application, token, epoch]);
  const byFile = fuchsia.virtualDevice !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per bundle, and when its devices count again
  useEffect(() => {
    if (bundle !== null) set((before) => withBundle(before, bundle));
  }, [bundle, byFile]);
  return { bundle, failure };
}

export function BundleGallery({ directory }: { directory: FileReference | null }) {
  const { bundle, failure } = useBundle(directory);
  const device = useChoice('guest.source.device');
  if (directory === null) return <p className="launch-note">{fuchsiaStrings.bundleWanted}</p>;
  if (failure !== null) return <FailurePanel failure={failure} title={fuchsiaStrings.bundleFailed} />;
  if (bundle === null) return <p className="launch-note">{fuchsiaStrings.bundleReading}</p>;
  return (
    <section className="bundle" aria-label={fuchsiaStrings.bundle}>
      <p className="bundle-name">
        <span>{bundle.name}</span> <span className="bundle-version">{bundle.version}</span>
        <span className="field-optional">{fuchsiaStrings.sdk(bundle.sdkVersion)}</span>
      </p>
      {bundle.problems.map((problem) => (
        <FailurePanel key={`${problem.field} ${problem.message}`} failure={problem} title={fuchsiaStrings.problem} />
      ))}
      {bundle.systems.length > 0 && <Systems bundle={bundle} />}
      {bundle.devices.length > 0 ? (
        <Devices bundle={bundle} />
      ) : (
        <p className="launch-note">{fuchsiaStrings.noDevices}</p>
      )}
      {device !== undefined && <p className="field-hint">{device.reason}</p>}
    </section>
  );
}
