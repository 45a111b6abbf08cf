/** What is filled in or chosen. */
import { useState } from 'react';
import { Check, SelectField, TextField } from '../../ui/field.tsx';
import { Segments } from '../../ui/segments.tsx';
import { Switch } from '../../ui/switch.tsx';
import { galleryTexts } from './gallery-texts.ts';

const { words } = galleryTexts;
const nothing = (): void => {};
const options = [
  { value: 'one', label: words.one },
  { value: 'two', label: words.two },
  { value: 'three', label: words.three, disabled: true },
] as const;

export function FieldSpecimens() {
  const [text, setText] = useState<string>(words.value);
  return (
    <div className="gallery-fields">
      <TextField label={words.label} value={text} onChange={setText} hint={words.hint} />
      <TextField label={words.label} value="" placeholder={words.placeholder} onChange={nothing} />
      <TextField
        label={words.label}
        value={text}
        onChange={setText}
        messages={[{ severity: 'error', text: words.error, hint: words.errorHint }]}
      />
      <TextField
        label={words.label}
        mono
        value={words.path}
        onChange={nothing}
        messages={[
          { severity: 'warning', text: words.warning },
          { severity: 'note', text: words.note },
        ]}
      />
      <TextField label={words.disabled} value={words.value} disabled onChange={nothing} />
      <SelectField label={words.label} value="one" options={options} onChange={nothing} />
      <TextField label={words.label} lines={2} mono value={words.path} onChange={nothing} />
    </div>
  );
}

export function ChoiceSpecimens() {
  const [choice, setChoice] = useState<'one' | 'two' | 'three'>('two');
  const [on, setOn] = useState(true);
  return (
    <>
      <div className="gallery-line">
        <Check label={words.onOff} checked={on} onChange={setOn} />
        <Check label={words.onOff} checked={!on} onChange={(checked) => setOn(!checked)} />
        <Check label={words.disabled} checked disabled onChange={nothing} />
      </div>
      <div className="gallery-line">
        <Switch label={words.onOff} checked={on} onChange={setOn} />
        <Switch label={words.onOff} checked={!on} onChange={(checked) => setOn(!checked)} />
        <Switch label={words.disabled} checked disabled onChange={nothing} />
      </div>
      <Segments label={words.label} value={choice} options={options} onChange={setChoice} />
      <Segments label={words.disabled} disabled value="one" options={options} onChange={nothing} />
    </>
  );
}
