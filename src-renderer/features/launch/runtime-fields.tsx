/** How the engine is run: debugging, readiness, stopping, and what is kept. */
import { Plus, X } from 'lucide-react';
import { debugLogItems } from '../../../src-shared/model/spec.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Check } from '../../ui/field.tsx';
import { BoundSelect, BoundText, useForm } from './form-fields.tsx';
import { type CheckForm, newCheck } from './form-rows.ts';

export function DebugFields() {
  const { form, change } = useForm();
  return (
    <>
      <div className="checks">
        <Check label="gdb stub" checked={form.gdb} onChange={(gdb) => change({ gdb })} />
        <Check label="Start paused" checked={form.startPaused} onChange={(startPaused) => change({ startPaused })} />
        <Check label="No reboot" checked={form.noReboot} onChange={(noReboot) => change({ noReboot })} />
        <Check label="No shutdown" checked={form.noShutdown} onChange={(noShutdown) => change({ noShutdown })} />
      </div>
      {form.gdb && (
        <div className="columns-2">
          <BoundText
            field="runtime.debug.gdb.port"
            label="gdb port"
            numeric
            placeholder="auto"
            value={form.gdbPort}
            onChange={(gdbPort) => change({ gdbPort })}
          />
        </div>
      )}
      <fieldset className="checks-group">
        <legend className="field-label">Engine log (-d)</legend>
        <div className="checks">
          {debugLogItems.map((item) => (
            <Check
              key={item}
              label={<span className="mono">{item}</span>}
              checked={form.log.includes(item)}
              onChange={(on) => change({ log: on ? [...form.log, item] : form.log.filter((other) => other !== item) })}
            />
          ))}
        </div>
      </fieldset>
    </>
  );
}

const checkKinds = [
  { value: 'serial', label: 'Serial line matches' },
  { value: 'banner', label: 'Port answers' },
  { value: 'command', label: 'Command succeeds' },
] as const;

const checkLabels: Record<CheckForm['kind'], string> = {
  serial: 'Regular expression',
  banner: 'Name of the port mapping',
  command: 'Program and arguments, one per line',
};

function CheckRow({ check, index }: { check: CheckForm; index: number }) {
  const { form, change } = useForm();
  const set = (part: Partial<CheckForm>): void =>
    change({ checks: form.checks.map((other) => (other.key === check.key ? { ...other, ...part } : other)) });
  return (
    <div className="check-row">
      <BoundSelect
        field={`runtime.readiness.${index}.kind`}
        label="When"
        value={check.kind}
        options={checkKinds}
        onChange={(kind) => set({ kind })}
      />
      <BoundText
        field={`runtime.readiness.${index}`}
        label={checkLabels[check.kind]}
        mono
        {...(check.kind === 'command' ? { lines: 2 } : {})}
        value={check.text}
        onChange={(text) => set({ text })}
      />
      <IconButton
        icon={X}
        label={`Remove check ${index + 1}`}
        onClick={() => change({ checks: form.checks.filter((other) => other.key !== check.key) })}
      />
    </div>
  );
}

export function ReadinessFields() {
  const { form, change } = useForm();
  return (
    <>
      <div className="columns-2">
        <BoundSelect
          field="runtime.readiness"
          label="Ready when"
          value={form.readiness}
          options={[
            { value: 'default', label: 'What suits the guest' },
            { value: 'running', label: 'It runs' },
            { value: 'custom', label: 'All of these hold …' },
          ]}
          onChange={(readiness) =>
            change({
              readiness,
              checks: readiness === 'custom' && form.checks.length === 0 ? [newCheck()] : form.checks,
            })
          }
        />
        <BoundText
          field="runtime.readinessMs"
          label="Give up after (s)"
          numeric
          value={form.readinessSeconds}
          onChange={(readinessSeconds) => change({ readinessSeconds })}
        />
      </div>
      {form.readiness === 'custom' && (
        <div className="rows">
          {form.checks.map((check, index) => (
            <CheckRow key={check.key} check={check} index={index} />
          ))}
          <div>
            <Button small icon={Plus} onClick={() => change({ checks: [...form.checks, newCheck()] })}>
              Add check
            </Button>
          </div>
        </div>
      )}
    </>
  );
}

export function KeepFields() {
  const { form, change } = useForm();
  return (
    <>
      <BoundText
        field="runtime.extraArguments"
        label="Extra arguments"
        mono
        lines={2}
        value={form.extraArguments}
        placeholder="-device edu -global …"
        hint="Split as a shell would, never given to one."
        onChange={(extraArguments) => change({ extraArguments })}
      />
      <div className="columns-4">
        <BoundText
          field="runtime.powerdownMs"
          label="Stop waits (s)"
          numeric
          value={form.powerdownSeconds}
          onChange={(powerdownSeconds) => change({ powerdownSeconds })}
        />
        {/* A Fuchsia guest has a choice of its own for this. */}
        {form.kind !== 'fuchsia' && (
          <BoundSelect
            field="runtime.staging"
            label="Staged files"
            value={form.staging}
            options={[
              { value: 'reuse', label: 'Reuse' },
              { value: 'restage', label: 'Make anew' },
            ]}
            onChange={(staging) => change({ staging })}
          />
        )}
        <BoundText
          field="runtime.keepBoots"
          label="Boots kept"
          numeric
          value={form.keepBoots}
          onChange={(keepBoots) => change({ keepBoots })}
        />
        <BoundText
          field="runtime.transcriptMiB"
          label="Transcript (MiB)"
          numeric
          value={form.transcriptMiB}
          onChange={(transcriptMiB) => change({ transcriptMiB })}
        />
      </div>
    </>
  );
}
