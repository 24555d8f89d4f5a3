/** Tools of each class, one blocked by name, and no risk that raises a class: what is class 2 here stays class 2. */
export const WORKFLOW = `
schema: tollgate.workflow/1
workflow: adapter-conformance
owner: { name: Ola Owner, email: ola@example.com }
team: conformance
data: [tickets, crm]
actions: [search, classify, route, update_status, create_internal_record, send_message]
risks: []
tools:
  - { name: search_tickets, action: search, reads: [tickets] }
  - { name: classify, action: classify }
  - { name: delegate, action: route }
  - name: set_label
    action: update_status
    scope: { ticket: { pattern: 'T-[0-9]+' }, label: { one_of: [open, done] } }
    rollback: Set {ticket} back to its previous label
    approval: { approvers: [ana@example.com], expires: 30m }
  - name: add_note
    action: create_internal_record
    scope: { ticket: { pattern: 'T-[0-9]+' }, note: any, author: { max_length: 100, optional: true } }
    rollback: Take the note of {author} off {ticket}
  - name: send_reply
    action: send_message
    scope: { to: { pattern: '[^@]+@example[.]com' }, text: any }
    rollback: Write to {to} that the message was a mistake
    approval: { approvers: [ana@example.com], expires: 30m }
blocked_tools: [delete_ticket]
budget: { per_run: "10.00", per_call: "0.50" }
review: { sample_rate: 0.1, deadline: 7d, reviewers: [ana@example.com] }
stops_when: { denials: 5, errors: 5 }
failure: [a reply goes to the wrong person]
rollback: Write to everyone concerned
incident: { people: [ola@example.com] }
`;

export const WORKFLOW_NAME = 'adapter-conformance';

/** Requests and grants live a second. */
export const HURRIED_WORKFLOW = WORKFLOW.replaceAll('expires: 30m', 'expires: 1s');

/** One dollar for a run, half of it for a call. */
export const BUDGETED_WORKFLOW = WORKFLOW.replace('per_run: "10.00"', 'per_run: "1.00"');

/** One dollar for a run, and no limit for a call that has no bound of its own. */
export const CAPPED_WORKFLOW = BUDGETED_WORKFLOW.replace(', per_call: "0.50"', '');
