import { parseWorkflow, requirements } from '@tollgate/contract';

export const YAML = `schema: tollgate.workflow/1
workflow: support-triage
owner: { name: Olga Owner, email: olga@example.com }
team: support
data: [tickets, crm]
actions: [read, update_status, send_message]
risks: [legal]
tools:
  - name: read_ticket
    action: read
    reads: [tickets]
  - name: tag_ticket
    action: update_status
    scope: { ticket: { pattern: "[0-9]+" }, status: { one_of: [open, closed] } }
    rollback: Set the status of {ticket} back.
  - name: send_reply
    action: send_message
    scope: { to: { max_length: 200 }, body: any }
    rollback: Send a correction to {to}.
    approval: { approvers: [ada@example.com], expires: 30m }
budget: { per_run: "0.50", per_day: "20.00" }
break_glass: { people: [olga@example.com, ada@example.com], expires: 5m }
content:
  capture: full
  by_class: { 3: digest }
  mask_fields: [arguments.customer.iban, "result.items.*.token"]
  mask_patterns: ["[A-Z]{2}[0-9]{20}"]
review: { sample_rate: 0.1, deadline: 2d, reviewers: ["group:leads"] }
stops_when: { denials: 4, spend_usd: "0.40", suspend_workflow: true, also: [The customer asks for a person.] }
failure: [The customer gets a wrong answer.]
rollback: Withdraw what was sent.
incident: { people: [olga@example.com] }
blocked_tools: [delete_ticket]
`;

const parsed = parseWorkflow(YAML);
if (parsed.kind !== 'valid') throw new Error(JSON.stringify(parsed));

export const workflowFile = parsed.workflow;
export const workflowRequirements = requirements(parsed.workflow);
