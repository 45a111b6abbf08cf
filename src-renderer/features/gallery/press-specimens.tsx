/** What is pressed. */
import { Camera, Play, Search, TriangleAlert, Zap } from 'lucide-react';
import { useState } from 'react';
import { Badge, type BadgeTone } from '../../ui/badge.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { CopyButton, CopyIcon } from '../../ui/copy-button.tsx';
import { Keys } from '../../ui/keys.tsx';
import { TabPanel, Tabs } from '../../ui/tabs.tsx';
import { galleryTexts } from './gallery-texts.ts';

const { words } = galleryTexts;
const tones = ['plain', 'primary', 'danger', 'quiet'] as const;
const badgeTones: readonly BadgeTone[] = ['plain', 'good', 'warning', 'bad', 'info'];

export function ButtonSpecimens() {
  return (
    <>
      {[false, true].map((disabled) => (
        <div key={String(disabled)} className="gallery-line">
          {tones.map((tone) => (
            <Button key={tone} tone={tone} icon={Play} disabled={disabled}>
              {words[tone]}
            </Button>
          ))}
        </div>
      ))}
      <div className="gallery-line">
        {tones.map((tone) => (
          <Button key={tone} small tone={tone}>
            {words[tone]}
          </Button>
        ))}
        <CopyButton text={words.path} label={words.copy} />
      </div>
      <div className="gallery-line">
        <IconButton icon={Search} label={words.search} keys="Ctrl+Shift+F" />
        <IconButton icon={Camera} label={words.pressed} aria-pressed />
        <IconButton icon={Camera} label={words.disabled} disabled />
        <IconButton small icon={Search} label={words.small} />
        <CopyIcon text={words.path} label={words.copy} />
      </div>
    </>
  );
}

export function BadgeSpecimens() {
  return (
    <div className="gallery-line">
      {badgeTones.map((tone) => (
        <Badge key={tone} tone={tone} {...(tone === 'warning' && { icon: TriangleAlert })}>
          {tone}
        </Badge>
      ))}
      <Badge icon={Zap} about={words.about}>
        {words.more}
      </Badge>
      <Keys keys="Ctrl+Shift+P" />
      <Keys keys="F6" />
    </div>
  );
}

export function TabSpecimens() {
  const [tab, setTab] = useState<'one' | 'two' | 'three'>('one');
  return (
    <Tabs
      label={galleryTexts.groups.tabs}
      value={tab}
      onChange={setTab}
      tabs={[
        { value: 'one', label: words.one },
        { value: 'two', label: words.two, mark: <span className="tab-mark">2</span> },
        { value: 'three', label: words.three },
      ]}
      tools={<IconButton small icon={Search} label={words.search} />}
    >
      {(['one', 'two', 'three'] as const).map((value) => (
        <TabPanel key={value} value={value}>
          <p className="page-note">{words[value]}</p>
        </TabPanel>
      ))}
    </Tabs>
  );
}
