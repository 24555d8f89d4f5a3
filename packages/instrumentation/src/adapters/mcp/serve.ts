import { TollgateError } from '@tollgate/contract';
import type { Run, RunOptions, Tollgate } from '../../face.ts';
import { Refused } from '../../refused.ts';
import { withRun } from '../../run/active-run.ts';
import { GovernedRun } from '../../run/governed-run.ts';
import { refusalResult } from './result.ts';

/** What a server knows of a request besides the request, as far as a run is made of it; the SDK's RequestHandlerExtra. */
export interface RequestExtra {
  readonly signal: AbortSignal;
  readonly requestId: string | number;
  readonly sessionId?: string | undefined;
  readonly authInfo?:
    | {
        readonly token: string;
        readonly clientId: string;
        readonly extra?: Record<string, unknown> | undefined;
      }
    | undefined;
}

/** Options of a run of its own for this call, or a run that goes on over many calls (a session's). */
export type RunFor = (extra: RequestExtra) => RunOptions | Run | Promise<RunOptions | Run>;

/** Does `work` in a run: the one that is active, the session's, or one made for this call. What stands in the way comes back in words. */
export async function inRun(
  tollgate: Tollgate,
  runFor: RunFor | undefined,
  extra: RequestExtra,
  work: () => Promise<unknown>,
): Promise<unknown> {
  try {
    if (tollgate.currentRun() !== undefined) return await work();
    const given = await runFor?.(extra);
    if (given instanceof GovernedRun) return await withRun(given, work);
    if (given === undefined || !('initiator' in given))
      throw new TollgateError(
        'invalid_request',
        'This server answers tool calls inside of a run only: give gateServer the option `run`.',
      );
    const result = await tollgate.run({ signal: extra.signal, ...given }, work);
    if ('error' in result) throw result.error;
    return result.output;
  } catch (error) {
    if (error instanceof Refused || error instanceof TollgateError) return refusalResult(error.message);
    throw error;
  }
}
