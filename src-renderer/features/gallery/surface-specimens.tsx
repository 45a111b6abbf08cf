/** What shows. */
import { useState } from 'react';
import { Banner, type BannerTone } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { Disclosure } from '../../ui/disclosure.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Meter } from '../../ui/meter.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { RawText } from '../../ui/raw-text.tsx';
import { Section, SettingRow } from '../../ui/section.tsx';
import { Segments } from '../../ui/segments.tsx';
import { Switch } from '../../ui/switch.tsx';
import { galleryTexts } from './gallery-texts.ts';

const { words } = galleryTexts;
const nothing = (): void => {};
const sizes = ['small', 'label', 'mono', 'text', 'title', 'display'] as const;
const surfaces = ['surface-back', 'surface', 'surface-raised', 'surface-hover', 'surface-chosen', 'terminal-back'];
const colours = ['text', 'text-2', 'text-3', 'accent'];
const states = ['running', 'starting', 'failed', 'paused', 'elsewhere', 'stopped'];
const bannerTones: readonly BannerTone[] = ['info', 'good', 'warning', 'bad'];

export function TypeSpecimens() {
  return (
    <div className="gallery-line">
      {sizes.map((size) => (
        <span key={size} style={{ fontSize: `var(--size-${size})` }}>
          {size}
        </span>
      ))}
    </div>
  );
}

export function ColourSpecimens() {
  return (
    <div className="gallery-colours">
      {surfaces.map((surface) => (
        <div key={surface} className="gallery-colour" style={{ background: `var(--${surface})` }}>
          {[...colours, ...states].map((colour) => (
            <span key={colour} style={{ color: `var(--${colour})` }}>
              {colour}
            </span>
          ))}
        </div>
      ))}
    </div>
  );
}

export function TableSpecimens() {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{words.label}</th>
          <th scope="col">{words.value}</th>
          <th scope="col" className="number">
            {words.three}
          </th>
        </tr>
      </thead>
      <tbody>
        {[words.one, words.two].map((name, index) => (
          <tr key={name}>
            <td>{name}</td>
            <td className="mono">{words.path}</td>
            <td className="number">{index}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function BannerSpecimens() {
  return bannerTones.map((tone) => (
    <Banner key={tone} tone={tone} hint={words.hint} actions={<Button small>{words.undo}</Button>}>
      {words.banner}
    </Banner>
  ));
}

export function RowSpecimens() {
  const [on, setOn] = useState(true);
  return (
    <Section title={words.section} about={words.sectionAbout}>
      <SettingRow
        label={words.onOff}
        about={words.settingAbout}
        defaultText={words.value}
        onDefault={on ? undefined : () => setOn(true)}
      >
        <Switch label={words.onOff} labelHidden checked={on} onChange={setOn} />
      </SettingRow>
      <SettingRow label={words.label} defaultText={words.value} onDefault={nothing}>
        <Segments
          label={words.label}
          labelHidden
          value="one"
          options={[
            { value: 'one', label: words.one },
            { value: 'two', label: words.two },
          ]}
          onChange={nothing}
        />
      </SettingRow>
    </Section>
  );
}

export function NoticeSpecimens() {
  return (
    <div className="gallery-notices">
      <NoticeCard
        notice={{ id: 1, tone: 'plain', text: words.notice, action: { label: words.undo, run: nothing } }}
        onDismiss={nothing}
      />
      <NoticeCard
        notice={{
          id: 2,
          tone: 'failure',
          text: words.failure,
          hint: words.failureHint,
          cause: words.failureCause,
          raw: words.failureRaw,
          action: null,
        }}
        onDismiss={nothing}
      />
    </div>
  );
}

export function RestSpecimens() {
  return (
    <>
      <Meter label={words.step} done={40} total={100} />
      <RawText text={words.failureRaw} label={words.disclosure} />
      <Disclosure label={words.disclosure}>
        <p>{words.hint}</p>
      </Disclosure>
      <Empty title={words.section} actions={<Button tone="primary">{words.primary}</Button>}>
        {words.empty}
      </Empty>
    </>
  );
}
