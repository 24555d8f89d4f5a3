import { type RunRegistration, type RunRegistrationRequest, TollgateError } from '@tollgate/contract';
import type { Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Deps } from '../deps.ts';
import type { AgentIdentity } from '../identity/identity.ts';
import { verifyCredential } from '../identity/verify.ts';
import { runRegistrationRow } from '../records/rows.ts';
import type { Change } from '../state/change.ts';
import type { ControlTables } from '../state/tables.ts';
import { isoTime, timeText } from '../state/time.ts';
import { steppedChange } from '../steps.ts';
import { isSuspended, requirementsOf, versionForAgent } from './read-workflow.ts';

type Run = ControlTables['runs'];

/**
 * Registers a run, so that it cannot be missed later. The id is the service's, unless the workflow lets class 1 start
 * without the service and the run registers late; then the same registration again changes nothing.
 */
export async function registerRun(
  deps: Pick<Deps, 'control' | 'clock'>,
  agent: AgentIdentity,
  request: RunRegistrationRequest,
): Promise<RunRegistration> {
  const initiator = await verifiedInitiator(deps, request);
  const work = async (change: Change): Promise<RunRegistration> => {
    const { db, now } = change;
    const version = await versionForAgent(db, agent, request.workflow);
    if (version.policy_version !== request.policy_version) throw new TollgateError('policy_not_registered');
    if (await isSuspended(db, request.workflow)) throw new TollgateError('workflow_suspended');
    const run: Run = {
      ...version,
      run_id: request.run_id ?? uuidv7(),
      writer: request.writer,
      principal: agent.name,
      key_id: agent.key_id,
      initiator: initiator ?? request.initiator,
      initiator_verified: initiator === undefined ? 0 : 1,
      registered_at: timeText(now),
      rolled_back_at: null,
    };
    const late = request.run_id !== undefined;
    const known = late ? await lateRegistration(db, run) : undefined;
    if (known !== undefined) return toRegistration(known);
    await db.insertInto('runs').values(run).execute();
    const initiator_verified = run.initiator_verified === 1;
    const { hash } = await change.record(run, {
      kind: 'run_registered',
      actor: agent.name,
      detail: { initiator: run.initiator, initiator_verified, writer: run.writer, key_id: run.key_id, late },
    });
    await change.row('run_registrations', runRegistrationRow({ run, late, now, hash }));
    return toRegistration(run);
  };
  return steppedChange(deps.control, 'run.register', {}, work, ({ run_id }) => ({ run_id }));
}

/** The person whose token came along. A token that proves nothing is refused: the caller believes it proved something. */
async function verifiedInitiator(
  deps: Pick<Deps, 'control' | 'clock'>,
  { initiator_token }: RunRegistrationRequest,
): Promise<string | undefined> {
  if (initiator_token === undefined) return undefined;
  const person = await verifyCredential(deps, initiator_token, 'initiate');
  if (person?.kind === 'person') return person.name;
  throw new TollgateError('unauthenticated', 'The initiator_token is not a live token of a person.');
}

/** What is registered under this id already. @throws TollgateError where a late registration is not allowed, or is another's. */
async function lateRegistration(db: Transaction<ControlTables>, run: Run): Promise<Run | undefined> {
  const { workflow } = await requirementsOf(db, run);
  if (workflow.when_service_unreachable !== 'allow_class_1')
    throw new TollgateError(
      'forbidden',
      'This workflow lets no run start before it is registered: leave run_id out.',
    );
  const known = await db.selectFrom('runs').selectAll().where('run_id', '=', run.run_id).executeTakeFirst();
  if (known === undefined) return undefined;
  const same = (['workflow', 'policy_version', 'writer', 'principal', 'initiator'] as const).every(
    (field) => known[field] === run[field],
  );
  if (!same) throw new TollgateError('conflict', 'Another run is registered with that run_id.');
  return known;
}

/** A run as an agent gets to see it. */
export const toRegistration = (run: Run): RunRegistration => ({
  run_id: run.run_id,
  workflow: run.workflow,
  policy_version: run.policy_version,
  initiator: run.initiator,
  initiator_verified: run.initiator_verified === 1,
  registered_at: isoTime(run.registered_at),
});
