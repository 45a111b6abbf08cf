/** Which messages belong beside which field, and which belong to none that is on screen. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import type { Failure } from '../../../src-shared/contract/errors.ts';
import type { Finding } from '../../../src-shared/model/instance.ts';
import type { FieldMessage } from '../../ui/field.tsx';
import type { Problem } from './form-to-draft.ts';

interface Placed extends FieldMessage {
  readonly field: string | undefined;
}

interface MessageBoard {
  readonly messages: readonly Placed[];
  readonly fields: ReadonlySet<string>;
  shown(field: string): () => void;
}

const MessageContext = createContext<MessageBoard>({ messages: [], fields: new Set(), shown: () => () => {} });

/** Whether the fields below are folded away: what is said beside them nobody would see. */
export const FoldedFields = createContext(false);

const belongs = (message: Placed, field: string): boolean =>
  message.field === field || (message.field?.startsWith(`${field}.`) ?? false);

export interface MessageBoardProps {
  readonly problems: readonly Problem[];
  readonly findings: readonly Finding[];
  /** The failure of a launch that was tried. */
  readonly failure: Failure | null;
  readonly children: ReactNode;
}

export function MessageBoardProvider({ problems, findings, failure, children }: MessageBoardProps) {
  const [fields, setFields] = useState<ReadonlyMap<string, number>>(new Map());
  const board = useMemo<MessageBoard>(() => {
    const count = (field: string, change: number): void =>
      setFields((counts) => new Map(counts).set(field, (counts.get(field) ?? 0) + change));
    const messages: Placed[] = [
      ...problems.map((problem): Placed => ({ severity: 'error', text: problem.message, field: problem.field })),
      ...findings.map(
        ({ severity, failure: found }): Placed => ({
          severity,
          text: [found.message, found.cause].filter(Boolean).join(' '),
          hint: found.hint,
          field: found.field,
        }),
      ),
    ];
    if (failure?.field !== undefined && !messages.some((message) => message.text.startsWith(failure.message)))
      messages.push({ severity: 'error', text: failure.message, hint: failure.hint, field: failure.field });
    return {
      messages,
      fields: new Set([...fields].filter(([, uses]) => uses > 0).map(([field]) => field)),
      shown: (field) => {
        count(field, 1);
        return () => count(field, -1);
      },
    };
  }, [problems, findings, failure, fields]);
  return <MessageContext value={board}>{children}</MessageContext>;
}

/** The messages for one field; telling this makes the field their place. */
export function useMessages(field: string): readonly FieldMessage[] {
  const { messages, shown } = useContext(MessageContext);
  const folded = useContext(FoldedFields);
  const [register] = useState(() => shown);
  useEffect(() => (folded ? undefined : register(field)), [register, field, folded]);
  return messages.filter((message) => belongs(message, field));
}

/** What no field on screen says. */
export function useUnplacedMessages(): readonly FieldMessage[] {
  const { messages, fields } = useContext(MessageContext);
  return messages.filter((message) => ![...fields].some((field) => belongs(message, field)));
}
