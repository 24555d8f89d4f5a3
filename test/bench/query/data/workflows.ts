/** Five teams of one installation, with four workflows each. */
const TEAMS = ['support', 'billing', 'sales', 'platform', 'legal'] as const;
const TASKS = ['triage', 'digest', 'follow-up', 'clean-up'] as const;

export interface BenchWorkflow {
  readonly workflow: string;
  readonly team: string;
  readonly owner: string;
  readonly yaml: string;
}

export const principalOf = (team: string): string => `${team}-agent`;

export const WORKFLOWS: readonly BenchWorkflow[] = TEAMS.flatMap((team) =>
  TASKS.map((task) => {
    const workflow = `${team}-${task}`;
    const owner = `${task}.${team}@example.com`;
    return { workflow, team, owner, yaml: yamlOf(workflow, team, owner) };
  }),
);

function yamlOf(workflow: string, team: string, owner: string): string {
  return `schema: tollgate.workflow/1
workflow: ${workflow}
owner: { name: Owner of ${workflow}, email: ${owner} }
team: ${team}
data: [tickets]
actions: [search, update_status, send_message]
risks: [production]
tools:
  - name: search_tickets
    action: search
    reads: [tickets]
  - name: set_label
    action: update_status
    scope: { id: any, label: { one_of: [open, done] } }
    rollback: Set {id} back
  - name: send_reply
    action: send_message
    scope: { to: any, text: any }
    rollback: Send a correction to {to}
    approval: { approvers: [group:leads], expires: 30m }
budget: { per_run: "5.00" }
review: { sample_rate: 0.05, deadline: 72h, reviewers: [rita@example.com] }
stops_when: { denials: 5, errors: 5 }
failure: [a customer is told something that nobody checked]
rollback: Write to the customer
incident: { people: [${owner}] }
when_service_unreachable: refuse
`;
}
