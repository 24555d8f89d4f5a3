import { type ActionClass, CONTROL_RULES, type ControlRule } from '@tollgate/contract';

const HEADINGS: Record<ActionClass, string> = {
  1: 'Every workflow',
  2: 'With a class-2 tool, also',
  3: 'With a class-3 tool, also',
};

/** The checklist that a team goes through before it gives an agent production access. */
export function controlChecklist(): string {
  return `# Control checklist

Go through it before an agent gets production access. \`tollgate plan FILE\` answers most lines; the rest is for people.

${([1, 2, 3] as const).map(section).join('\n\n')}

## People

- [ ] The owner has read the workflow file and registered it: \`tollgate register FILE\`.
- [ ] Each approver and reviewer can sign in, and none of them starts the runs that they decide on.
- [ ] The people of the incident path know that they are on it, and how fast they have to answer.
- [ ] The owner has tried the rollback path once.
`;
}

function section(actionClass: ActionClass): string {
  const rules = Object.values(CONTROL_RULES).filter((rule: ControlRule) => rule.classes[0] === actionClass);
  const lines = rules.map(({ rule, enforced, checked }) => `- [ ] **${rule}** At the tool call: ${enforced}. Afterwards: ${checked}.`);
  return [`## ${HEADINGS[actionClass]}`, '', ...lines].join('\n');
}
