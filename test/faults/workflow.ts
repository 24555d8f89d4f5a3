export const SAM = 'sam@example.com';
export const ANA = 'ana@example.com';
export const OLA = 'ola@example.com';

/**
 * A class-2 tool, a class-3 tool that waits for a person, and the same with an approval that lapses within seconds. Nobody
 * stops the agent for its denials here: what is asked is what it does with them.
 */
export const FAULTS_WORKFLOW = `schema: tollgate.workflow/1
workflow: faults
owner: { name: Ola Owner, email: ${OLA} }
team: support
data: []
actions: [update_status, send_message]
risks: []
tools:
  - name: set_status
    action: update_status
    scope: { ticket: { pattern: 'T-[0-9]+' }, nth: any }
    rollback: Set {ticket} back to its previous status
  - name: send_reply
    action: send_message
    scope: { ticket: { pattern: 'T-[0-9]+' }, text: any }
    rollback: Write that the message about {ticket} was a mistake
    approval: { approvers: [${ANA}], expires: 30m }
  - name: send_soon
    action: send_message
    scope: { ticket: { pattern: 'T-[0-9]+' }, text: any }
    rollback: Write that the message about {ticket} was a mistake
    approval: { approvers: [${ANA}], expires: 2s }
budget: { per_run: "1.00", per_call: "0.50" }
review: { sample_rate: 0.1, deadline: 7d, reviewers: [${ANA}] }
stops_when: { denials: 1000, errors: 1000 }
break_glass: { people: [${OLA}], expires: 5m }
failure: [a message goes out twice]
rollback: Write to everyone concerned
incident: { people: [${OLA}] }
`;
