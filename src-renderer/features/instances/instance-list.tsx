/**
 * instances/ owns the list, the header and the failure of an instance. It shows what the core says and asks the core
 * to act; it must never guess a state ahead of the core.
 *
 * The list draws what is seen and a few rows more, however many there are. The focus stays on the list box itself, which
 * names its active option: a row can go from the page at any time without taking the keyboard with it.
 */
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { useApplication } from '../../state/context.tsx';
import { cursorIndex } from '../../state/list.ts';
import type { ListRow } from '../../state/list-rows.ts';
import { instanceStrings } from '../../strings/instances.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ContextMenu } from '../../ui/menu.tsx';
import { ListRename } from './list-rename.tsx';
import { HeadingRow, InstanceRow, rowElementId } from './list-row.tsx';
import { ChosenMenu, RowMenu } from './row-menu.tsx';
import { useChosen } from './use-chosen.ts';
import { useListKeys } from './use-list-keys.ts';
import { useListRows } from './use-list-rows.ts';

/** The heights that tokens.css gives a row's two lines and a heading. */
const heights = { comfortable: { row: 46, heading: 28 }, compact: { row: 38, heading: 24 } } as const;

const rowsBeyond = 6;

/** The last heading above what is seen: it stays there. */
function stickyIndex(rows: readonly ListRow[], first: number): number {
  return rows.findLastIndex((row, index) => index <= first && row.kind === 'heading');
}

function useRows(rows: readonly ListRow[], cursor: number) {
  const { stores } = useApplication();
  const density = useStore(stores.settings, (settings) => settings.density);
  const scroller = useRef<HTMLDivElement>(null);
  const { row, heading } = heights[density];
  const hasHeadings = rows[0]?.kind === 'heading';
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rows[index]?.key ?? index,
    estimateSize: (index) => (rows[index]?.kind === 'heading' ? heading : row),
    overscan: rowsBeyond,
    scrollPaddingStart: hasHeadings ? heading : 0,
    paddingEnd: 8,
    // The active option has to be there to be named, and so has the heading that sticks.
    rangeExtractor: useCallback(
      (range: Range) => {
        const more = [cursor, stickyIndex(rows, range.startIndex)].filter((index) => index >= 0);
        return [...new Set([...more, ...defaultRangeExtractor(range)])].sort((a, b) => a - b);
      },
      [rows, cursor],
    ),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew when the rows' heights are others
  useEffect(() => virtualizer.measure(), [density, rows]);
  return { virtualizer, scroller };
}

export function InstanceList() {
  const application = useApplication();
  const { stores } = application;
  const rows = useListRows();
  const loaded = useStore(stores.instances, (state) => state.loaded);
  const none = useStore(stores.instances, (state) => state.views.length === 0);
  const selected = useStore(stores.view, (state) => state.selected);
  const heading = useStore(stores.list, (state) => state.heading);
  const chosenSet = useStore(stores.list, (state) => state.chosen);
  const showsSize = useStore(stores.settings, (settings) => settings.listSort === 'size');
  const chosen = useChosen();
  const [menuFor, setMenuFor] = useState<string | null>(null);
  const keys = useListKeys(rows);
  const cursor = cursorIndex(rows, heading, selected);
  const cursorKey = rows[cursor]?.key ?? null;
  const { virtualizer, scroller } = useRows(rows, cursor);

  // biome-ignore lint/correctness/useExhaustiveDependencies: when the cursor goes elsewhere, not when rows change around it
  useEffect(() => {
    if (cursor >= 0) virtualizer.scrollToIndex(cursor, { align: 'auto' });
  }, [cursorKey]);

  if (loaded && none) return <p className="list-note">{instanceStrings.none}</p>;
  const first = virtualizer.range?.startIndex ?? 0;
  const sticky = stickyIndex(rows, first);
  const takeFocusBack = (): void => scroller.current?.focus();

  const openMenu = (event: MouseEvent): void => {
    const id = keys.pointedAt(event.target);
    setMenuFor(id);
    // Beside the rows there is nothing to open a menu for.
    if (id === null) event.preventDefault();
  };
  const openMenuByKey = (): void => {
    const row = cursorKey === null ? null : document.getElementById(rowElementId(cursorKey));
    if (row === null) return;
    const { left, bottom } = row.getBoundingClientRect();
    const where = { bubbles: true, cancelable: true, clientX: left + 24, clientY: bottom - 8 };
    row.dispatchEvent(new window.MouseEvent('contextmenu', where));
  };
  const pressed = (event: KeyboardEvent): void => {
    const isMenuKey = event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10');
    if (!isMenuKey) {
      keys.pressed(event);
      return;
    }
    event.preventDefault();
    openMenuByKey();
  };

  return (
    <div className="list-place">
      <ContextMenu
        menu={
          menuFor !== null && chosen.all.length > 1 && chosenSet.has(menuFor) ? (
            <ChosenMenu chosen={chosen} takeFocusBack={takeFocusBack} />
          ) : (
            menuFor !== null && <RowMenu id={menuFor} takeFocusBack={takeFocusBack} />
          )
        }
        onCloseAutoFocus={(event) => {
          // A name that is being changed, or a dialog, has the focus by now.
          if (stores.list.getState().renaming !== null || stores.view.getState().dialog !== null)
            event.preventDefault();
        }}
      >
        <div
          ref={scroller}
          id="instances"
          className="instance-list"
          role="listbox"
          aria-label={instanceStrings.list}
          aria-multiselectable
          tabIndex={0}
          aria-activedescendant={cursorKey === null ? undefined : rowElementId(cursorKey)}
          onKeyDown={pressed}
          onClick={keys.clicked}
          onContextMenu={openMenu}
        >
          <div className="list-rows" role="presentation" style={{ height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map(({ index, key, start, size }) => {
              const row = rows[index];
              if (row === undefined) return null;
              const place = {
                position: index + 1,
                total: rows.length,
                isCursor: index === cursor,
                top: index === sticky ? null : start,
                height: size,
              };
              if (row.kind === 'heading') return <HeadingRow key={key} row={row} {...place} />;
              const isSelected = chosenSet.size > 0 ? chosenSet.has(row.id) : row.id === selected;
              return <InstanceRow key={key} id={row.id} isSelected={isSelected} showsSize={showsSize} {...place} />;
            })}
          </div>
        </div>
      </ContextMenu>
      <ListRename rows={rows} virtualizer={virtualizer} takeFocusBack={takeFocusBack} />
      {loaded && rows.length === 0 && <NothingFound />}
    </div>
  );
}

function NothingFound() {
  const { stores } = useApplication();
  const filter = useStore(stores.view, (state) => state.filter);
  return (
    <div className="list-nothing">
      <Empty
        actions={
          <Button small onClick={() => stores.view.setState({ filter: '' })}>
            {instanceStrings.search.clear}
          </Button>
        }
      >
        {instanceStrings.search.nothing(filter)}
      </Empty>
    </div>
  );
}
