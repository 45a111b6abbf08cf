/** What opens over the page; it opens in the look of the root. */
import { Copy, EllipsisVertical, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import {
  ContextMenu,
  Menu,
  MenuCheck,
  MenuItem,
  MenuLabel,
  MenuRadio,
  MenuSeparator,
  MenuSub,
} from '../../ui/menu.tsx';
import { Modal } from '../../ui/modal.tsx';
import { Popover } from '../../ui/popover.tsx';
import { galleryTexts } from './gallery-texts.ts';

const { words } = galleryTexts;
const nothing = (): void => {};

function Items() {
  const [on, setOn] = useState(true);
  const [choice, setChoice] = useState<'one' | 'two'>('one');
  return (
    <>
      <MenuItem icon={Pencil} keys="F2" onSelect={nothing}>
        {words.plain}
      </MenuItem>
      <MenuItem icon={Copy} disabled onSelect={nothing}>
        {words.disabled}
      </MenuItem>
      <MenuSub label={words.more}>
        <MenuItem onSelect={nothing}>{words.one}</MenuItem>
      </MenuSub>
      <MenuSeparator />
      <MenuCheck checked={on} onChange={setOn}>
        {words.onOff}
      </MenuCheck>
      <MenuRadio
        label={words.label}
        value={choice}
        options={[
          { value: 'one', label: words.one },
          { value: 'two', label: words.two },
        ]}
        onChange={setChoice}
      />
      <MenuSeparator />
      <MenuLabel>{words.sections}</MenuLabel>
      <MenuItem icon={Trash2} danger onSelect={nothing}>
        {words.danger}
      </MenuItem>
    </>
  );
}

export function MenuSpecimens() {
  const [open, setOpen] = useState<'dialog' | 'confirm' | null>(null);
  const close = (): void => setOpen(null);
  return (
    <ContextMenu menu={<Items />}>
      <div className="gallery-line">
        <Menu trigger={<IconButton icon={EllipsisVertical} label={words.more} />}>
          <Items />
        </Menu>
        <Popover trigger={<Button>{words.more}</Button>} label={words.more}>
          <p>{words.hint}</p>
        </Popover>
        <Button onClick={() => setOpen('dialog')}>{words.open}</Button>
        <Button onClick={() => setOpen('confirm')}>{words.confirm}</Button>
        {open === 'dialog' && (
          <Modal title={words.dialogTitle} onClose={close} foot={<Button onClick={close}>{words.one}</Button>}>
            <p>{words.dialogText}</p>
          </Modal>
        )}
        {open === 'confirm' && (
          <Confirm title={words.confirmTitle} verb={words.confirmVerb} danger onConfirm={close} onClose={close}>
            <p>{words.confirmText}</p>
          </Confirm>
        )}
      </div>
    </ContextMenu>
  );
}
