import { TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { decodeCursor, pageOf } from '../http/page.ts';
import { seesTeam, visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { isoTime, isoTimeOrNull } from '../state/time.ts';
import { currentVersion, requirementsOf, versionForAgent, type WorkflowVersion } from './read-workflow.ts';

export const workflowSummary = z.object({
  workflow: z.string(),
  owner: z.string(),
  team: z.string(),
  policy_version: z.string(),
  registered_at: z.iso.datetime(),
  suspended: z.boolean(),
  suspended_by: z.string().nullable(),
  suspended_at: z.iso.datetime().nullable(),
  suspended_reason: z.string().nullable(),
});

export const workflowDetail = workflowSummary.extend({
  /** The file as it was registered. */
  file: z.string(),
  requirements: z.looseObject({}),
  versions: z.array(
    z.object({ policy_version: z.string(), registered_by: z.string(), registered_at: z.iso.datetime() }),
  ),
});

/** Workflows of the caller's teams, by name. */
export async function listWorkflows(
  { control: { db } }: Pick<Deps, 'control'>,
  identity: Identity,
  { limit, cursor }: { limit: number; cursor: string | undefined },
) {
  const teams = visibleTeams(identity);
  let query = db
    .selectFrom('workflows')
    .leftJoin('suspensions', (join) =>
      join.onRef('suspensions.workflow', '=', 'workflows.workflow').on('resumed_at', 'is', null),
    )
    .selectAll('workflows')
    .select(['suspended_by', 'suspended_at', 'reason'])
    .orderBy('workflows.workflow')
    .limit(limit + 1);
  if (teams !== undefined) query = query.where('team', 'in', [...teams]);
  if (cursor !== undefined)
    query = query.where('workflows.workflow', '>', decodeCursor(cursor, z.tuple([z.string()]))[0]);
  const page = pageOf(await query.execute(), limit, ({ workflow }) => [workflow]);
  return { ...page, items: page.items.map(toSummary) };
}

/** One workflow: its current file, what it requires, and its versions. */
export async function readWorkflow(
  { control: { db } }: Pick<Deps, 'control'>,
  identity: Identity,
  name: string,
) {
  const version = await visibleVersion({ db }, identity, name);
  const { requirements } = await requirementsOf(db, version);
  const versions = await db
    .selectFrom('workflow_versions')
    .select(['policy_version', 'registered_by', 'registered_at', 'yaml'])
    .where('workflow', '=', name)
    .orderBy('registered_at', 'desc')
    .execute();
  const current = await db
    .selectFrom('workflows')
    .selectAll()
    .where('workflow', '=', name)
    .executeTakeFirstOrThrow();
  const live = await db
    .selectFrom('suspensions')
    .select(['suspended_by', 'suspended_at', 'reason'])
    .where('workflow', '=', name)
    .where('resumed_at', 'is', null)
    .executeTakeFirst();
  return {
    ...toSummary({ ...current, ...(live ?? { suspended_by: null, suspended_at: null, reason: null }) }),
    file: versions.find((one) => one.policy_version === current.policy_version)?.yaml ?? '',
    requirements: { ...requirements },
    versions: versions.map(({ policy_version, registered_by, registered_at }) => ({
      ...{ policy_version, registered_by },
      registered_at: isoTime(registered_at),
    })),
  };
}

/** The current version, if the caller may know of the workflow: an agent by its key, a person by team. */
export async function visibleVersion(
  { db }: Pick<Deps['control'], 'db'>,
  identity: Identity,
  workflow: string,
): Promise<WorkflowVersion> {
  if (identity.kind === 'agent') return versionForAgent(db, identity, workflow);
  const version = await currentVersion(db, workflow);
  if (!seesTeam(identity, version.team)) throw new TollgateError('workflow_not_registered');
  return version;
}

interface SummaryRow extends WorkflowVersion {
  readonly registered_at: string;
  readonly suspended_by: string | null;
  readonly suspended_at: string | null;
  readonly reason: string | null;
}

function toSummary({ reason, suspended_at, ...row }: SummaryRow): z.input<typeof workflowSummary> {
  return {
    ...row,
    registered_at: isoTime(row.registered_at),
    suspended: suspended_at !== null,
    suspended_at: isoTimeOrNull(suspended_at),
    suspended_reason: reason,
  };
}
