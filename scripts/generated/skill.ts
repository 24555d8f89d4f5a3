import { ACTIONS, RISKS, RUNTIME_REQUIREMENTS } from '@tollgate/contract';
import { table } from './markdown.ts';

const INPUTS = [
  ['workflow', 'What is the repeated business process called?'],
  ['owner', 'Which person is accountable for it? Name and e-mail, not a team.'],
  ['team', 'Which team uses the agent?'],
  ['tools', 'Which tools can the agent call? For each: its action, the data it reads, constraints on its arguments, how one call is undone.'],
  ['data', 'Which data sources may it read?'],
  ['actions', 'Which actions may it take? Choose from the catalogue below.'],
  ['risks', `Which of these risks does it carry: ${RISKS.join(', ')}?`],
  ['stops_when', 'When does the agent stop? How many denials, how many errors, what else?'],
  ['review', 'When does a human review? Which share, by whom, how soon?'],
  ['failure', 'What does failure look like?'],
  ['budget', 'What may one run, one day, one month cost, in US dollars?'],
  ['incident', 'Whom does a breach reach, and how soon must they answer?'],
  ['content', 'May inputs, outputs, arguments and results leave the process, for each class? Which fields must be masked?'],
  ['break_glass', 'May anyone let a waiting call through without its approval? Who, by name? Nobody, unless the file says so.'],
] as const;

/** SKILL.md: what a coding agent does when a team asks it to put an agent into production. */
export function skill(): string {
  const actions = Object.entries(ACTIONS).map(([name, { class: level, does, touches }]) => [name, String(level), does, touches.join(', ')]);
  return `---
name: tollgate
description: Use before an AI agent gets access to production tools. Asks for the workflow's required inputs, writes its workflow file, runs tollgate plan and returns the runtime requirements.
---

# Put an agent behind Tollgate

1. Ask a person for every input below that is not known. Do not guess an owner, an approver, a budget or a risk; an input
   that nobody can give is a finding to report, not a gap to fill.
2. Write the answers as JSON, in the form that \`tollgate init --answers-schema\` prints, and make the file of them:
   \`tollgate init NAME.workflow.yaml --answers answers.json\`. A person at a terminal runs \`tollgate init\` and is asked.
   Class 3 tools need an approval: see \`approval-gate-template.md\`.
3. Run \`tollgate plan NAME.workflow.yaml\`. Mend what it reports by line until it exits 0.
4. Return the runtime requirements that it prints: ${RUNTIME_REQUIREMENTS.map((name) => name.replaceAll('_', ' ')).join(', ')}.
   \`tollgate plan --json\` prints them for machines.
5. Where a file changes, run \`tollgate plan --diff BEFORE AFTER\` and show its owner what loosens before anything else.
6. Go through \`control-checklist.md\` with the owner. Registering the file (\`tollgate register\`) is the owner's to do, not yours.

## Required inputs

${table(['field', 'ask'], INPUTS)}

## Action catalogue

A class-2 action that touches a risk which the workflow declares becomes class 3. Nothing lowers a class.

${table(['action', 'class', 'what it does', 'risks it touches'], actions)}
`;
}
