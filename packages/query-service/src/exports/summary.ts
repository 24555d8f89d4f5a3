import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { select } from '../runs/select.ts';
import type { PackManifest } from './manifest.ts';
import type { PackScope } from './scope.ts';

const workflowFile = z.object({
  workflow: z.string(),
  policy_version: z.string(),
  registered_by: z.string(),
  registered_at: z.string(),
  sha256: z.string(),
});
const finding = z.object({
  control: z.string(),
  workflow: z.string(),
  state: z.string(),
  flags: z.coerce.number().int(),
});
const person = z.object({ name: z.string(), as: z.array(z.string()) });

/** What a reader of the pack asks first: under which rules, with what result, and by whom. */
export async function packSummary(
  deps: Pick<Deps, 'store'>,
  { ofRuns, ofWorkflows, ofFlags, params }: PackScope,
): Promise<Pick<PackManifest, 'workflow_files' | 'controls' | 'people'>> {
  const [workflow_files, controls, people] = [
    await select(
      deps,
      workflowFile,
      `SELECT t.workflow AS workflow, t.policy_version AS policy_version, t.registered_by AS registered_by,
         formatDateTime(t.registered_at, '%Y-%m-%dT%H:%i:%SZ') AS registered_at, lower(hex(SHA256(t.document))) AS sha256
       FROM workflow_registrations AS t WHERE ${ofWorkflows} ORDER BY t.workflow, t.registered_at`,
      params,
    ),
    await select(
      deps,
      finding,
      `SELECT control, workflow, last AS state, count() AS flags FROM (
         SELECT t.flag_id, any(t.control) AS control, any(t.workflow) AS workflow, argMax(t.state, (t.at, t.received_at)) AS last
         FROM flags AS t WHERE ${ofFlags} GROUP BY t.flag_id)
       GROUP BY control, workflow, last ORDER BY control, workflow, last`,
      params,
    ),
    await select(
      deps,
      person,
      `SELECT name, groupUniqArray(part) AS as FROM (
         SELECT owner AS name, 'owner' AS part FROM runs AS t WHERE ${ofRuns}
         UNION ALL SELECT initiator, 'initiator' FROM run_registrations AS t WHERE ${ofRuns} AND initiator_verified
         UNION ALL SELECT actor, 'approver' FROM approvals AS t WHERE ${ofRuns} AND decision != ''
         UNION ALL SELECT actor, 'broke glass' FROM approvals AS t WHERE ${ofRuns} AND event = 'glass_broken'
         UNION ALL SELECT reviewer, 'reviewer' FROM reviews AS t WHERE ${ofRuns}
         UNION ALL SELECT registered_by, 'registered the workflow file' FROM workflow_registrations AS t WHERE ${ofWorkflows}
         UNION ALL SELECT actor, 'stopped or resumed the workflow' FROM suspensions AS t WHERE ${ofWorkflows})
       WHERE name != '' GROUP BY name ORDER BY name`,
      params,
    ),
  ];
  return {
    workflow_files: [...workflow_files],
    controls: [...controls],
    people: people.map(({ name, as }) => ({ name, as: [...as].sort() })),
  };
}
