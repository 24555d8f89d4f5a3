import type { ModelCall, Tollgate } from '../../face.ts';
import { type OpenCall, openModelCall } from '../../model/meter.ts';
import { requireRun } from './require-run.ts';

export type { OpenCall } from '../../model/meter.ts';

/** Admits one model call of the run whose body is executing. @throws ModelRefused, TollgateError outside of a run */
export async function openModel(tollgate: Tollgate, about: ModelCall): Promise<OpenCall> {
  return openModelCall(requireRun(tollgate, about.model), about);
}
