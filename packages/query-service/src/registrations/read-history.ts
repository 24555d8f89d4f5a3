import { comparePolicies, POLICY_EFFECTS, validateWorkflow, type Workflow } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { decodeCursor, encodeCursor } from '../http/page.ts';
import type { Identity } from '../identity/identity.ts';
import { storeTime } from '../records/store-time.ts';
import { select } from '../runs/select.ts';
import { isoTime } from '../state/time.ts';
import { visibleVersion } from './view-workflow.ts';

const policyChange = z.object({
  path: z.string(),
  before: z.json().optional(),
  after: z.json().optional(),
  effect: z.enum(POLICY_EFFECTS),
  why: z.string(),
});

/** One registration of a workflow, with what it changed against the one before it. */
export const registrationAnswer = z.object({
  policy_version: z.string(),
  registered_by: z.string(),
  registered_at: z.iso.datetime(),
  /** The version that was in force before; null for the first. */
  replaces: z.string().nullable(),
  /** Whether anything in it loosens, or may loosen, what the agent may do. */
  loosens: z.boolean(),
  may_loosen: z.boolean(),
  changes: z.array(policyChange),
});
type Registration = z.input<typeof registrationAnswer>;

const row = z.object({
  policy_version: z.string(),
  registered_by: z.string(),
  document: z.string(),
  at: z.coerce.bigint(),
});
type Row = z.output<typeof row>;

const query = (after: boolean) => `
  SELECT policy_version, registered_by, document, toString(toUnixTimestamp64Nano(registered_at)) AS at
  FROM workflow_registrations AS w FINAL
  WHERE w.workflow = {workflow:String} ${after ? `AND w.registered_at <= {after:DateTime64(9, 'UTC')}` : ''}
  ORDER BY w.registered_at DESC LIMIT {limit:UInt32}`;

/**
 * Every registration of a workflow, the newest first, also of a version that had been in force before. It is read from
 * the evidence store, where a registration is a moment after it was made.
 * @throws TollgateError `workflow_not_registered` where it is not, or is another team's
 */
export async function readHistory(
  deps: Pick<Deps, 'store' | 'control'>,
  identity: Identity,
  workflow: string,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<{ items: Registration[]; next_cursor: string | null }> {
  await visibleVersion(deps.control, identity, workflow);
  const [after] = cursor === undefined ? [] : decodeCursor(cursor, z.tuple([z.string().regex(/^\d{1,19}$/)]));
  const rows = await select(deps, row, query(after !== undefined), {
    ...{ workflow, limit: limit + 1 },
    ...(after === undefined ? {} : { after: storeTime(after) }),
  });
  // One more than the page: what its last one replaced, with which the next page begins.
  const next = rows[limit];
  return {
    items: rows.slice(0, limit).map((each, index) => toAnswer(each, rows[index + 1])),
    next_cursor: next === undefined ? null : encodeCursor([next.at.toString()]),
  };
}

function toAnswer(now: Row, before: Row | undefined): Registration {
  const [old, current] = [before && fileOf(before), fileOf(now)];
  const changes = old === undefined || current === undefined ? [] : comparePolicies(old, current);
  return {
    policy_version: now.policy_version,
    registered_by: now.registered_by,
    registered_at: isoTime(now.at),
    replaces: before?.policy_version ?? null,
    loosens: changes.some(({ effect }) => effect === 'loosens'),
    may_loosen: changes.some(({ effect }) => effect === 'loosens' || effect === 'unclear'),
    changes: changes.map(({ before: from, after: to, ...change }) => ({
      ...change,
      ...(from === undefined ? {} : { before: z.json().parse(from) }),
      ...(to === undefined ? {} : { after: z.json().parse(to) }),
    })),
  };
}

/** Undefined where a file of long ago is no longer read by the schema of today. */
function fileOf({ document }: Row): Workflow | undefined {
  const parsed = validateWorkflow(JSON.parse(document));
  return parsed.kind === 'invalid' ? undefined : parsed.workflow;
}
