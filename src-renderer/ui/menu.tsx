/**
 * Menus: one that a button opens, and one that the right mouse button or the Menu key opens. What is in them is written
 * the same way, so that a row's menu and its context menu can be one list.
 */
import { Check, ChevronRight, type LucideIcon } from 'lucide-react';
import { DropdownMenu, ContextMenu as RadixContextMenu } from 'radix-ui';
import { createContext, type ReactElement, type ReactNode, useContext } from 'react';
import { Keys } from './keys.tsx';

type Parts = Pick<
  typeof DropdownMenu,
  | 'Item'
  | 'CheckboxItem'
  | 'RadioGroup'
  | 'RadioItem'
  | 'ItemIndicator'
  | 'Separator'
  | 'Label'
  | 'Sub'
  | 'SubTrigger'
  | 'SubContent'
  | 'Portal'
>;
const PartsContext = createContext<Parts>(DropdownMenu);

const useParts = (): Parts => useContext(PartsContext);

export interface MenuProps {
  /** A button; it gets the menu's roles and keys. */
  readonly trigger: ReactElement;
  readonly children: ReactNode;
  readonly align?: 'start' | 'end';
  readonly side?: 'top' | 'bottom';
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  /** Called when the menu closes and would give the focus back to its button; prevent it to put the focus elsewhere. */
  readonly onCloseAutoFocus?: (event: Event) => void;
}

export function Menu({ trigger, children, align = 'start', side, open, onOpenChange, onCloseAutoFocus }: MenuProps) {
  return (
    <DropdownMenu.Root
      modal={false}
      {...(open !== undefined && { open })}
      {...(onOpenChange !== undefined && { onOpenChange })}
    >
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          loop
          onCloseAutoFocus={onCloseAutoFocus}
        >
          <PartsContext value={DropdownMenu}>{children}</PartsContext>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export interface ContextMenuProps {
  /** One element that takes a ref; right click and the Menu key on it or in it open the menu. */
  readonly children: ReactElement;
  /** Drawn only while the menu is open. */
  readonly menu: ReactNode;
  readonly disabled?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  readonly onCloseAutoFocus?: (event: Event) => void;
}

export function ContextMenu({ children, menu, disabled, onOpenChange, onCloseAutoFocus }: ContextMenuProps) {
  return (
    <RadixContextMenu.Root modal={false} {...(onOpenChange !== undefined && { onOpenChange })}>
      <RadixContextMenu.Trigger asChild disabled={disabled}>
        {children}
      </RadixContextMenu.Trigger>
      <RadixContextMenu.Portal>
        <RadixContextMenu.Content className="menu" collisionPadding={8} loop onCloseAutoFocus={onCloseAutoFocus}>
          <PartsContext value={RadixContextMenu}>{menu}</PartsContext>
        </RadixContextMenu.Content>
      </RadixContextMenu.Portal>
    </RadixContextMenu.Root>
  );
}

interface ItemProps {
  readonly children: ReactNode;
  readonly keys?: string | undefined;
  readonly disabled?: boolean;
}

export interface MenuItemProps extends ItemProps {
  readonly icon?: LucideIcon;
  readonly danger?: boolean;
  readonly onSelect: () => void;
}

/** What stands left of every text, so that texts begin in one column. */
function Lead({ icon: Icon }: { icon?: LucideIcon | undefined }) {
  return <span className="menu-lead">{Icon && <Icon size={14} strokeWidth={1.75} aria-hidden />}</span>;
}

function Text({ children, keys }: Pick<ItemProps, 'children' | 'keys'>) {
  return (
    <>
      <span className="menu-text">{children}</span>
      {keys !== undefined && <Keys keys={keys} />}
    </>
  );
}

export function MenuItem({ children, icon, keys, danger, disabled, onSelect }: MenuItemProps) {
  const { Item } = useParts();
  return (
    <Item className="menu-item" data-danger={danger ? '' : undefined} disabled={disabled} onSelect={onSelect}>
      <Lead icon={icon} />
      <Text keys={keys}>{children}</Text>
    </Item>
  );
}

export interface MenuCheckProps extends ItemProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function MenuCheck({ children, keys, checked, disabled, onChange }: MenuCheckProps) {
  const { CheckboxItem, ItemIndicator } = useParts();
  return (
    <CheckboxItem className="menu-item" checked={checked} disabled={disabled} onCheckedChange={onChange}>
      <span className="menu-lead">
        <ItemIndicator>
          <Check size={14} strokeWidth={2} aria-hidden />
        </ItemIndicator>
      </span>
      <Text keys={keys}>{children}</Text>
    </CheckboxItem>
  );
}

export interface MenuRadioProps<V extends string> {
  readonly label: string;
  readonly value: V;
  readonly options: readonly { readonly value: V; readonly label: string; readonly disabled?: boolean }[];
  readonly onChange: (value: V) => void;
}

/** A heading and its choices, exactly one of them chosen. */
export function MenuRadio<V extends string>({ label, value, options, onChange }: MenuRadioProps<V>) {
  const { RadioGroup, RadioItem, ItemIndicator } = useParts();
  return (
    <RadioGroup
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next);
        if (chosen !== undefined) onChange(chosen.value);
      }}
    >
      <MenuLabel>{label}</MenuLabel>
      {options.map((option) => (
        <RadioItem key={option.value} className="menu-item" value={option.value} disabled={option.disabled}>
          <span className="menu-lead">
            <ItemIndicator>
              <span className="menu-dot" />
            </ItemIndicator>
          </span>
          <Text>{option.label}</Text>
        </RadioItem>
      ))}
    </RadioGroup>
  );
}

export function MenuSeparator() {
  const { Separator } = useParts();
  return <Separator className="menu-separator" />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  const { Label } = useParts();
  return <Label className="menu-label">{children}</Label>;
}

export interface MenuSubProps {
  readonly label: ReactNode;
  readonly icon?: LucideIcon;
  readonly disabled?: boolean;
  readonly children: ReactNode;
}

export function MenuSub({ label, icon, disabled, children }: MenuSubProps) {
  const { Sub, SubTrigger, SubContent, Portal } = useParts();
  return (
    <Sub>
      <SubTrigger className="menu-item" disabled={disabled}>
        <Lead icon={icon} />
        <Text>{label}</Text>
        <ChevronRight className="menu-more" size={14} strokeWidth={1.75} aria-hidden />
      </SubTrigger>
      <Portal>
        <SubContent className="menu" sideOffset={2} alignOffset={-5} collisionPadding={8} loop>
          {children}
        </SubContent>
      </Portal>
    </Sub>
  );
}
