import { ACTIONS } from '@tollgate/contract';
import { table } from './markdown.ts';

/** The template of an approval gate: what the file says, what the approver sees, what is recorded. */
export function approvalGateTemplate(): string {
  const gated = Object.entries(ACTIONS).filter(([, action]) => action.class === 3);
  const raised = Object.entries(ACTIONS).filter(([, action]) => action.class === 2 && action.touches.length > 0);
  return `# Approval gate template

A class-3 tool runs only after a named person has approved exactly this call. Copy this into the tool's entry of the workflow file:

\`\`\`yaml
  - name: TOOL_NAME
    action: ${gated[0]?.[0]}
    reads: []
    scope:                # a constraint for each argument; an argument that is not named is refused
      ARGUMENT: {one_of: [A, B]}
      OTHER: {schema: {type: object, properties: {AMOUNT: {type: number, maximum: 100}}, required: [AMOUNT], additionalProperties: false}}
    rollback: How to undo one call; {ARGUMENT} is filled in
    approval:
      approvers: [person@example.com, group:NAME]
      expires: 30m        # without a decision until then, the request expires
      needed: 1           # how many different people
\`\`\`

## Actions that always need this gate

${table(['action', 'what it does', 'risks it touches'], gated.map(([name, action]) => [name, action.does, action.touches.join(', ')]))}

## Actions that need it where the workflow declares the risk

${table(['action', 'what it does', 'risk that raises it to class 3'], raised.map(([name, action]) => [name, action.does, action.touches.join(', ')]))}

## What the approver sees, and decides on

Workflow, owner, run and initiator; tool, action and why it is class 3; the arguments, whole and unredacted; the rollback
note; when the request expires. The answer is approve or refuse, with a reason that the agent is told. The initiator of a
run never decides on it. Edited arguments are a new request.

## Breaking glass

Nobody may let a call through without its approval, unless the workflow file names them:

\`\`\`yaml
break_glass:
  people: [person@example.com]
  expires: 5m           # how long the call may be made after that; at most 1h
\`\`\`

It is for exactly one waiting call, needs a reason, and is recorded and flagged each time.

## What is recorded

The request, the decision with the person's identity, the consumption of the grant, the execution and its outcome: each an
evidence record in the run's chain.
`;
}
