/** Fields bound to one row of a list. */
import { createContext, type ReactNode, useContext } from 'react';
import { boundFields, type Scope } from './bound-fields.tsx';

interface RowProps<R> {
  readonly row: R;
  /** Path of the row in the draft. */
  readonly at: string;
  readonly onChange: (part: Partial<R>) => void;
  readonly children: ReactNode;
}

export function rowFields<R extends object>() {
  const Context = createContext<Scope<R> | null>(null);
  const useRow = (): Scope<R> => {
    const scope = useContext(Context);
    if (scope === null) throw new Error('outside of its row');
    return scope;
  };
  const Row = ({ row, at, onChange, children }: RowProps<R>) => (
    <Context value={{ values: row, at, set: onChange }}>{children}</Context>
  );
  return { Row, ...boundFields(useRow) };
}

/** How a list's rows are changed. Rows are told apart by their key, never by their place. */
export function rowsEditor<R extends { readonly key: number }>(rows: readonly R[], set: (rows: readonly R[]) => void) {
  return {
    edit: (key: number, part: Partial<R>) => set(rows.map((row) => (row.key === key ? { ...row, ...part } : row))),
    remove: (key: number) => set(rows.filter((row) => row.key !== key)),
    add: (row: R) => set([...rows, row]),
  };
}
