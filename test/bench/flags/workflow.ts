/** A workflow in which nothing is wrong but what is planted: one sample in twenty, a limit that no run comes near. */
export const WORKFLOW = 'helpdesk';

export const WORKFLOW_YAML = `schema: tollgate.workflow/1
workflow: ${WORKFLOW}
owner: { name: Olivia Owner, email: owner@example.com }
team: ops
data: [tickets]
actions: [search, update_status]
risks: []
tools:
  - { name: search_tickets, action: search, reads: [tickets] }
  - name: set_status
    action: update_status
    scope: { id: any, status: { one_of: [open, done] } }
    rollback: Set {id} back
budget: { per_run: "5.00", per_day: "100000.00", per_month: "1000000.00", warn_at: [50] }
review: { sample_rate: 0.05, deadline: 24h, reviewers: [rita@example.com] }
stops_when: {}
failure: [a wrong status]
rollback: Set the status back
incident: { people: [owner@example.com], acknowledge_within: 7d }
`;
