import type { StartOptions, Tollgate } from './face.ts';

/**
 * Reads the workflow file, asks the service whether that very policy is registered, opens the outbox.
 * @throws TollgateError `invalid_workflow`, `policy_not_registered`, `workflow_not_registered`, `unauthenticated`, `service_unreachable`.
 */
export async function start(options: StartOptions): Promise<Tollgate> {
  throw new Error(`not yet: ${String(options.workflow)}`);
}
