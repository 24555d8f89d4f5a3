import { parseWorkflow, policyVersion } from '@tollgate/contract';

export interface WorkflowChoices {
  readonly workflow?: string;
  readonly team?: string;
  readonly owner?: string;
  readonly approvers?: readonly string[];
  readonly needed?: number;
  readonly expires?: string;
  readonly perRun?: string;
  /** Instead of `perRun`: the whole of `budget`. */
  readonly budget?: string;
  /** Further top-level lines of the file. */
  readonly more?: string;
  readonly unreachable?: 'refuse' | 'allow_class_1';
  /** Of `review`. */
  readonly sampling?: string;
}

/** A small workflow file with a tool of each class. */
export function workflowYaml({
  workflow = 'ops-deploy',
  team = 'ops',
  owner = 'owner@example.com',
  approvers = ['alice@example.com', 'group:release'],
  needed = 1,
  expires = '30m',
  perRun = '5.00',
  budget = `{ per_run: "${perRun}" }`,
  more = '',
  unreachable = 'refuse',
  sampling = 'sample_rate: 0.5',
}: WorkflowChoices = {}): string {
  return `schema: tollgate.workflow/1
workflow: ${workflow}
owner: { name: The Owner, email: ${owner} }
team: ${team}
data: [repo]
actions: [search, update_status, deploy]
risks: [production]
tools:
  - name: search_repo
    action: search
    reads: [repo]
  - name: set_status
    action: update_status
    scope: { id: any, status: { one_of: [open, done] } }
    rollback: Set {id} back
  - name: deploy
    action: deploy
    scope: { version: { pattern: 'v[0-9.]+' }, target: { one_of: [staging, production] } }
    rollback: Deploy the version before {version}
    approval: { approvers: ${JSON.stringify(approvers)}, expires: ${expires}, needed: ${needed} }
blocked_tools: [drop_database]
budget: ${budget}
review: { ${sampling}, deadline: 24h, reviewers: [rita@example.com] }
stops_when: { denials: 3, errors: 3 }
failure: [a version is deployed that nobody approved]
rollback: Deploy the version before
incident: { people: [${owner}] }
when_service_unreachable: ${unreachable}
${more}`;
}

export function versionOf(yaml: string): string {
  const parsed = parseWorkflow(yaml);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return policyVersion(parsed.workflow);
}
