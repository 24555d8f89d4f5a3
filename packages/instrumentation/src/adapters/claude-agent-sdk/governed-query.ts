import { type Options, type Query, query, type SDKUserMessage } from '@anthropic-ai/claude-agent-sdk';
import type { Tollgate } from '../../face.ts';
import { requireRun } from '../shared/require-run.ts';
import type { ToolDetails } from './gated-server.ts';
import { Session } from './session.ts';

/** What `query` takes, and what the gate should know besides. Tools go by the names that Claude Code gives them. */
export interface GovernedQuery {
  readonly prompt: string | AsyncIterable<SDKUserMessage>;
  readonly options?: Options | undefined;
  /** The workflow file's name of a tool, where it is another, e.g. `{ mcp__github__create_issue: 'create_issue' }`. */
  readonly names?: Readonly<Record<string, string>> | undefined;
  readonly details?: Readonly<Record<string, ToolDetails>> | undefined;
  /** Tools that are let through without a word, because nothing is executed (e.g. `StructuredOutput`). */
  readonly passThrough?: readonly string[] | undefined;
}

/**
 * The SDK's `query` in the run whose body is executing: each tool call behind the gate, whoever executes it, the model calls
 * admitted by the budget and recorded. Throws a ModelRefused while it is read when the budget or the kill switch says no.
 * @throws TollgateError outside of a run, and where an option would take the gate away.
 */
export function governedQuery(tollgate: Tollgate, governed: GovernedQuery): Query {
  const session = new Session(tollgate, requireRun(tollgate, 'governedQuery'), governed, query);
  const messages = session.messages();
  const own: Readonly<Record<PropertyKey, unknown>> = {
    next: () => messages.next(),
    return: () => messages.return(),
    throw: (error: unknown) => messages.throw(error),
    [Symbol.asyncIterator]: () => messages,
    [Symbol.asyncDispose]: async () => void (await messages.return()),
    close: () => session.abort(new DOMException('the query was closed', 'AbortError')),
  };
  // Claude Code starts with the first message that is asked for, or with the first control request.
  const control =
    (name: string) =>
    (...args: unknown[]) => {
      const inner = session.start();
      return Reflect.apply(Reflect.get(inner, name), inner, args);
    };
  return new Proxy(Object.create(null) as Query, {
    get: (_, name) => {
      if (Object.hasOwn(own, name)) return own[name];
      return typeof name === 'string' && name !== 'then' ? control(name) : undefined;
    },
  });
}
