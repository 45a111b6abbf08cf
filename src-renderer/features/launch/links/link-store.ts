/** Which field and which argument a person is looking at, for the two sides of the form to light each other. */
import { createContext, useContext } from 'react';
import { createStore, type StoreApi, useStore } from 'zustand';
import { isMadeBy } from './argument-links.ts';

export interface LinkState {
  /** The field with the focus or, before it, the one under the pointer. */
  readonly focused: string | null;
  readonly hovered: string | null;
  /** The argument that is looked at in the preview, by its field. */
  readonly argument: string | null;
}

export type LinkStore = StoreApi<LinkState>;

export const createLinks = (): LinkStore =>
  createStore<LinkState>(() => ({ focused: null, hovered: null, argument: null }));

const LinkContext = createContext<LinkStore>(createLinks());
export const LinkProvider = LinkContext.Provider;

export function useLinks(): LinkStore {
  return useContext(LinkContext);
}

/** The field whose arguments are to be lit. */
export function useLitField(): string | null {
  return useStore(useLinks(), ({ hovered, focused }) => hovered ?? focused);
}

/** Whether the argument that is looked at comes from this field. */
export function useIsLit(field: string): boolean {
  return useStore(useLinks(), ({ argument }) => argument !== null && isMadeBy(argument, field));
}
