/** One tool of each class, and limits that only the benchmark of budgets comes near. */
export const BENCH_WORKFLOW = `
schema: tollgate.workflow/1
workflow: bench
owner: { name: Ola Owner, email: ola@example.com }
team: support
data: [tickets]
actions: [search, update_status, send_message]
risks: []
tools:
  - name: search_tickets
    action: search
    reads: [tickets]
  - name: set_label
    action: update_status
    scope: { ticket: any, label: any }
    rollback: Set {ticket} back to its previous label
  - name: send_reply
    action: send_message
    scope: { to: any, text: any }
    rollback: Write to {to} that the message was a mistake
    approval: { approvers: [ana@example.com], expires: 30m }
budget: { per_run: "1000.00", per_day: "CAP" }
review: { sample_rate: 0.1, deadline: 7d, reviewers: [ana@example.com] }
stops_when: { denials: 1000, errors: 1000 }
failure: [a number that nobody believes]
rollback: Write to everyone concerned
incident: { people: [ola@example.com] }
`;

export const SAM = 'sam@example.com';
export const ANA = 'ana@example.com';
/** US dollars a day. */
export const CAP = 100;

export const bench = BENCH_WORKFLOW.replace('CAP', CAP.toFixed(2));
