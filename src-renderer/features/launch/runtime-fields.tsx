/** How the engine is run: debugging, readiness, stopping, what is kept, and where it is filed. */
import { Plus, X } from 'lucide-react';
import { useStore } from 'zustand';
import { debugLogItems } from '../../../src-shared/model/spec.ts';
import { useApplication } from '../../state/context.tsx';
import { fieldStrings, formStrings, optionStrings } from '../../strings/launch-fields.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Check } from '../../ui/field.tsx';
import { FieldFrame } from './fields/field-frame.tsx';
import { optionsOf } from './fields/options-of.ts';
import { rowFields, rowsEditor } from './fields/row-fields.tsx';
import { Own, useForm } from './form-fields.tsx';
import { type CheckForm, newCheck } from './form-rows.ts';

function EngineLogItems() {
  const { form, change } = useForm();
  return (
    <FieldFrame field="runtime.debug.log">
      <fieldset className="checks-group">
        <legend className="field-label">{fieldStrings['runtime.debug.log'].label}</legend>
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
    </FieldFrame>
  );
}

export function DebugFields() {
  const { form } = useForm();
  return (
    <>
      <div className="checks">
        <Own.Toggle of="gdb" field="runtime.debug.gdb" />
        <Own.Toggle of="startPaused" field="runtime.debug.startPaused" />
        <Own.Toggle of="noReboot" field="runtime.debug.noReboot" />
        <Own.Toggle of="noShutdown" field="runtime.debug.noShutdown" />
      </div>
      {form.gdb && (
        <div className="columns-2">
          <Own.Text numeric of="gdbPort" field="runtime.debug.gdb.port" />
        </div>
      )}
      <EngineLogItems />
    </>
  );
}

const Condition = rowFields<CheckForm>();
const conditionKinds = optionsOf(optionStrings.check);
const readinesses = optionsOf(optionStrings.readiness);

function Conditions() {
  const { form, change } = useForm();
  const rows = rowsEditor(form.checks, (checks) => change({ checks }));
  return (
    <div className="rows">
      {form.checks.map((check, index) => (
        <Condition.Row
          key={check.key}
          row={check}
          at={`runtime.readiness.${index}`}
          onChange={(part) => rows.edit(check.key, part)}
        >
          <div className="check-row">
            <Condition.Choice of="kind" field="kind" options={conditionKinds} />
            <Condition.Text
              mono
              of="text"
              field={fieldOfText[check.kind]}
              label={optionStrings.checkText[check.kind]}
              {...(check.kind === 'command' ? { lines: 2 } : {})}
            />
            <IconButton
              icon={X}
              label={formStrings.remove(formStrings.check(index + 1))}
              onClick={() => rows.remove(check.key)}
            />
          </div>
        </Condition.Row>
      ))}
      <div>
        <Button small icon={Plus} onClick={() => rows.add(newCheck())}>
          {formStrings.addCheck}
        </Button>
      </div>
    </div>
  );
}

const fieldOfText = { serial: 'pattern', banner: 'port', command: 'arguments' } as const;

export function ReadinessFields() {
  const { form } = useForm();
  return (
    <>
      <div className="columns-2">
        <Own.Choice
          of="readiness"
          field="runtime.readiness"
          options={readinesses}
          also={(value, { checks }) => (value === 'custom' && checks.length === 0 ? { checks: [newCheck()] } : {})}
        />
        <Own.Text numeric of="readinessSeconds" field="runtime.readinessMs" />
      </div>
      {form.readiness === 'custom' && <Conditions />}
    </>
  );
}

const stagings = optionsOf(optionStrings.staging);

export function KeepFields() {
  const { form } = useForm();
  return (
    <>
      <Own.Text mono lines={2} of="extraArguments" field="runtime.extraArguments" />
      <div className="columns-4">
        <Own.Text numeric of="powerdownSeconds" field="runtime.powerdownMs" />
        {/* A Fuchsia guest has a choice of its own for this. */}
        {form.kind !== 'fuchsia' && <Own.Choice of="staging" field="runtime.staging" options={stagings} />}
        <Own.Text numeric of="keepBoots" field="runtime.keepBoots" />
        <Own.Text numeric of="transcriptMiB" field="runtime.transcriptMiB" />
      </div>
    </>
  );
}

export function FilingFields() {
  const { stores } = useApplication();
  const views = useStore(stores.instances, (state) => state.views);
  const groups = [...new Set(views.map(({ group }) => group).filter((group) => group !== ''))].sort();
  return (
    <>
      <div className="columns-2">
        <Own.Text of="group" field="group" suggestions={groups.map((value) => ({ value, label: value }))} />
      </div>
      <Own.Text lines={2} of="notes" field="notes" />
    </>
  );
}
