import { parseWorkflow, type Workflow } from '@tollgate/contract';

/** A workflow with one tool of each class; the tests change it line by line. */
export const WORKFLOW_YAML = `schema: tollgate.workflow/1
workflow: support-triage
owner: {name: Sam Ortiz, email: sam@example.com}
team: support
data: [tickets, crm.accounts]
actions: [search, create_internal_record, send_message]
risks: [customer]
tools:
  - name: search_tickets
    action: search
    reads: [tickets]
  - name: add_note
    action: create_internal_record
    reads: [tickets]
    scope:
      ticket: {pattern: 'T-\\d+'}
      note: {max_length: 200}
      kind: {one_of: [question, defect], optional: true}
    rollback: Delete the note of {ticket}
  - name: send_reply
    action: send_message
    scope: {ticket: any, body: any}
    rollback: Send a correction to the customer of {ticket}
    approval: {approvers: [lee@example.com], expires: 10m}
blocked_tools: [delete_ticket]
budget: {per_run: "0.50", per_day: 20, per_month: 300}
review: {sample_rate: 0.2, deadline: 48h, reviewers: [kim@example.com]}
stops_when: {denials: 3, errors: 5}
failure: [A customer gets a wrong or unapproved message]
rollback: The owner closes the run's notes and sends corrections
incident: {people: [sam@example.com]}
`;

export function workflow(yaml: string = WORKFLOW_YAML): Workflow {
  const parsed = parseWorkflow(yaml);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return parsed.workflow;
}
