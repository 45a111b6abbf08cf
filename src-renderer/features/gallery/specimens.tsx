/** One column of the gallery: each part, in the look of what surrounds it. */
import type { ReactNode } from 'react';
import { ChoiceSpecimens, FieldSpecimens } from './field-specimens.tsx';
import { galleryTexts } from './gallery-texts.ts';
import { MenuSpecimens } from './menu-specimens.tsx';
import { BadgeSpecimens, ButtonSpecimens, TabSpecimens } from './press-specimens.tsx';
import {
  BannerSpecimens,
  ColourSpecimens,
  NoticeSpecimens,
  RestSpecimens,
  RowSpecimens,
  TableSpecimens,
  TypeSpecimens,
} from './surface-specimens.tsx';

const { groups } = galleryTexts;

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="gallery-group">
      <h3>{title}</h3>
      {children}
    </div>
  );
}

export function Specimens() {
  return (
    <>
      <Group title={groups.type}>
        <TypeSpecimens />
      </Group>
      <Group title={groups.colours}>
        <ColourSpecimens />
      </Group>
      <Group title={groups.buttons}>
        <ButtonSpecimens />
      </Group>
      <Group title={groups.badges}>
        <BadgeSpecimens />
      </Group>
      <Group title={groups.fields}>
        <FieldSpecimens />
      </Group>
      <Group title={groups.choices}>
        <ChoiceSpecimens />
      </Group>
      <Group title={groups.menus}>
        <MenuSpecimens />
      </Group>
      <Group title={groups.tabs}>
        <TabSpecimens />
      </Group>
      <Group title={groups.table}>
        <TableSpecimens />
      </Group>
      <Group title={groups.banners}>
        <BannerSpecimens />
      </Group>
      <Group title={groups.rows}>
        <RowSpecimens />
      </Group>
      <Group title={groups.notices}>
        <NoticeSpecimens />
      </Group>
      <Group title={groups.rest}>
        <RestSpecimens />
      </Group>
    </>
  );
}
