/** One workflow of which every class-2 action is sampled, so that nothing is left to a draw. */
export const ORACLE_WORKFLOW = 'oracle';
export const LIMITS = { run: '5.00', day: '60.00', month: '100000.00' } as const;

export const ORACLE_YAML = `schema: tollgate.workflow/1
workflow: ${ORACLE_WORKFLOW}
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
budget: { per_run: "${LIMITS.run}", per_day: "${LIMITS.day}", per_month: "${LIMITS.month}" }
review: { sample_rate: 1, deadline: 24h, reviewers: [rita@example.com] }
stops_when: {}
failure: [a flag that nobody planted]
rollback: Deploy the version before
incident: { people: [owner@example.com], acknowledge_within: 7d }
`;
