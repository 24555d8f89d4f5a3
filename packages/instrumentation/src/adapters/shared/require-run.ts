import { TollgateError } from '@tollgate/contract';
import type { Tollgate } from '../../face.ts';
import { GovernedRun } from '../../run/governed-run.ts';

/** The run whose body is executing. @throws TollgateError outside of one: there is nothing that a refusal could be recorded in. */
export function requireRun(tollgate: Tollgate, what: string): GovernedRun {
  const run = tollgate.currentRun();
  if (run instanceof GovernedRun) return run;
  throw new TollgateError('invalid_request', `"${what}" was called outside of tollgate.run.`);
}
