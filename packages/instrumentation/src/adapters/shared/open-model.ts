import type { ModelCall, Tollgate } from '../../face.ts';
import { inputBytes, type OpenCall, openModelCall } from '../../model/meter.ts';
import { requireRun } from './require-run.ts';

export type { OpenCall } from '../../model/meter.ts';

/**
 * The most input tokens of a call, as a token is at least one byte: of all that is sent, since providers count the descriptions
 * of tools and of the answer's form as well. Undefined where that cannot be said.
 */
export function mostInputTokens(sent: object): number | undefined {
  return inputBytes(sent);
}

/** Admits one model call of the run whose body is executing. @throws ModelRefused, TollgateError outside of a run */
export async function openModel(tollgate: Tollgate, about: ModelCall): Promise<OpenCall> {
  return openModelCall(requireRun(tollgate, about.model), about);
}
