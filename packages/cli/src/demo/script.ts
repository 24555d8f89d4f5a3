import type { JsonValue, Reason, Verdict } from '@tollgate/contract';

/** Tokens of one scripted model call. Cache reads and writes are part of `input`, reasoning is part of `output`. */
export interface ScriptedUsage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
}

/** What the story says a tool call meets: the verdict, what the gate does, and how the tool ends. */
export interface Meets {
  readonly verdict: Verdict;
  readonly enforcement: 'executed' | 'blocked' | 'waiting' | 'refused' | 'expired';
  readonly outcome?: 'succeeded' | 'failed';
  /** Why policy denied it. */
  readonly reason?: Reason;
  /** What a denial is about: an argument, a data source, a limit. */
  readonly field?: string;
}

export interface ScriptedCall {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, JsonValue>>;
  readonly meets: Meets;
}

/** One call to the model, and what the model answers: tool calls, or at the end a text. */
export interface Step {
  readonly usage: ScriptedUsage;
  readonly calls: readonly ScriptedCall[];
  readonly text: string;
  /** Set where the gate refuses the model call itself, so that the model is never asked. */
  readonly refused?: { readonly reason: Reason; readonly field: string };
}

/** The model calls tools. */
export function calls(usage: ScriptedUsage, ...scripted: readonly ScriptedCall[]): Step {
  return { usage, calls: scripted, text: '' };
}

/** The model has its answer, and the loop ends. */
export function says(usage: ScriptedUsage, text: string): Step {
  return { usage, calls: [], text };
}

/** The gate does not let the model be asked: the worst that its answer may cost is reserved before, and there is no room. */
export function isNotAsked(reason: Reason, field: string): Step {
  return { usage: { input: 0, output: 0 }, calls: [], text: '', refused: { reason, field } };
}

export function call(tool: string, args: ScriptedCall['arguments'], meets: Meets): ScriptedCall {
  return { tool, arguments: args, meets };
}

/** Class 1, or class 2 within its scope. */
export const isAllowed: Meets = { verdict: 'allow', enforcement: 'executed', outcome: 'succeeded' };
/** Allowed, and then the tool itself fails. */
export const failsByItself: Meets = { verdict: 'allow', enforcement: 'executed', outcome: 'failed' };
/** Class 3, and a person says yes. */
export const isApproved: Meets = {
  verdict: 'require_approval',
  enforcement: 'executed',
  outcome: 'succeeded',
};
/** Class 3, and a person says no. */
export const isRefused: Meets = { verdict: 'require_approval', enforcement: 'refused' };
/** Class 3, and nobody decides in time. */
export const expires: Meets = { verdict: 'require_approval', enforcement: 'expired' };
/** Class 3, and nobody has decided yet when the demo ends. */
export const keepsWaiting: Meets = { verdict: 'require_approval', enforcement: 'waiting' };

/** Policy says no, and nobody is asked. */
export function isDenied(reason: Reason, field?: string): Meets {
  return { verdict: 'deny', enforcement: 'blocked', reason, ...(field === undefined ? {} : { field }) };
}
