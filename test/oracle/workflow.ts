/** One workflow of which every class-2 action is sampled, so that nothing is left to a draw. */
export const ORACLE_WORKFLOW = 'oracle';
/** The same, whose incidents somebody has to answer within the time that the test lets pass. */
export const INCIDENT_WORKFLOW = 'oracle-incident';
export const LIMITS = { run: '5.00', day: '400.00', month: '100000.00' } as const;

const yaml = (workflow: string, acknowledge_within: string) => `schema: tollgate.workflow/1
workflow: ${workflow}
owner: { name: The Owner, email: owner@example.com }
team: ops
data: [repo]
actions: [search, update_status, deploy]
risks: [production]
tools:
  - { name: search_repo, action: search, reads: [repo] }
  - name: set_status
    action: update_status
    scope: { id: any, status: { one_of: [open, done] } }
    rollback: Set {id} back
  - name: deploy
    action: deploy
    scope: { version: any, target: { one_of: [staging, production] } }
    rollback: Deploy the version before {version}
    approval: { approvers: [alice@example.com], expires: 30m }
budget: { per_run: "${LIMITS.run}", per_day: "${LIMITS.day}", per_month: "${LIMITS.month}", warn_at: [50] }
review: { sample_rate: 1, deadline: 24h, reviewers: [rita@example.com] }
stops_when: {}
failure: [a flag that nobody planted]
rollback: Deploy the version before
incident: { people: [owner@example.com], acknowledge_within: ${acknowledge_within} }
break_glass: { people: [gina@example.com], expires: 5m }
`;

export const ORACLE_YAML = yaml(ORACLE_WORKFLOW, '7d');
export const INCIDENT_YAML = yaml(INCIDENT_WORKFLOW, '30m');
