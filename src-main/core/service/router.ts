/**
 * Parse, permit, dispatch, check the answer, map errors. Knows nothing of transports; owns no state. A handler never
 * sees an input its schema did not accept, and a page never sees an output its schema does not describe.
 */
import { type CallName, type CallOutput, type CallParsed, calls } from '../../../src-shared/contract/calls.ts';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import type { Log } from '../kit/log.ts';
import type { SessionContext } from './client.ts';
import { invalidInput } from './invalid-input.ts';

export type Handler<N extends CallName> = (input: CallParsed<N>, session: SessionContext) => Promise<CallOutput<N>>;
export type Handlers = { readonly [N in CallName]: Handler<N> };

export interface Router {
  /** The handler's answer; throws a SlipwayError for everything a caller can cause. */
  dispatch(name: string, input: unknown, session: SessionContext): Promise<unknown>;
  /** Resolves when everything that was asked before has an answer. */
  answered(): Promise<void>;
}

export function createRouter(handlers: Handlers, log: Log): Router {
  const underWay = new Set<Promise<unknown>>();
  return {
    async answered() {
      await Promise.allSettled(underWay);
    },
    async dispatch(name, input, session) {
      if (!isCallName(name)) throw new SlipwayError('invalid_input', `There is no call named "${name.slice(0, 100)}".`);
      const { access } = calls[name];
      if (access === 'user' && session.identity.trust !== 'user') {
        throw new SlipwayError('not_permitted', `A page may not call ${name}.`);
      }
      const answer = run(name, input, session, handlers, log);
      underWay.add(answer);
      try {
        return await answer;
      } finally {
        underWay.delete(answer);
      }
    },
  };
}

function isCallName(name: string): name is CallName {
  return Object.hasOwn(calls, name);
}

async function run<N extends CallName>(name: N, input: unknown, session: SessionContext, handlers: Handlers, log: Log) {
  const row = calls[name];
  const parsed = row.input.safeParse(input);
  if (!parsed.success) throw invalidInput(name, parsed.error);
  // The row's own schema produced this value; the compiler cannot follow the index through the table.
  const output = await handlers[name](parsed.data as CallParsed<N>, session);
  const checked = row.output.safeParse(output);
  if (checked.success) return checked.data;
  log.error('a handler broke its contract', { name, error: checked.error.message });
  throw new SlipwayError('internal', `The answer to ${name} was not of the promised form.`, {
    raw: checked.error.message,
  });
}
