/** Four tools, one of each kind that a gate treats differently, and one blocked by name. */
export const SUPPORT_WORKFLOW = `
schema: tollgate.workflow/1
workflow: support-triage
owner: { name: Ola Owner, email: ola@example.com }
team: support
data: [tickets, crm]
actions: [search, classify, update_status, send_message]
risks: [customer]
tools:
  - name: search_tickets
    action: search
    reads: [tickets]
  - name: classify
    action: classify
  - name: set_label
    action: update_status
    scope: { ticket: { pattern: 'T-[0-9]+' }, label: { one_of: [open, done] } }
    rollback: Set {ticket} back to its previous label
    approval: { approvers: [ana@example.com], expires: 30m }
  - name: send_reply
    action: send_message
    scope: { to: { pattern: '[^@]+@example[.]com' }, text: any }
    rollback: Write to {to} that the message was a mistake
    approval: { approvers: [ana@example.com], expires: 30m }
blocked_tools: [delete_ticket]
budget: { per_run: "1.00", per_call: "0.50" }
review: { sample_rate: 0.1, deadline: 7d, reviewers: [ana@example.com] }
stops_when: { denials: 5, errors: 5 }
failure: [a reply goes to the wrong person]
rollback: Write to everyone concerned
incident: { people: [ola@example.com] }
`;

/** `set_label` stays class 2 where the workflow carries no risk that the action touches. */
export const INTERNAL_WORKFLOW = SUPPORT_WORKFLOW.replace('risks: [customer]', 'risks: []');

export const PATIENT_WORKFLOW = INTERNAL_WORKFLOW.replace(
  'rollback: Write to everyone concerned',
  'rollback: Write to everyone concerned\nwhen_service_unreachable: allow_class_1',
);
