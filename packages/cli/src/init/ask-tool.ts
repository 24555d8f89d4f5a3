import { ACTION_NAMES, ACTIONS, type ActionName, classOf, type Risk } from '@tollgate/contract';
import { askScope } from './ask-scope.ts';
import { type Interview, numberOf } from './interview.ts';

const CATALOGUE = ACTION_NAMES.map((value) => ({
  value,
  description: `class ${ACTIONS[value].class}: ${ACTIONS[value].does}`,
}));

/** Asks for the tools, one after the other. @returns the highest class among them. */
export async function askTools(interview: Interview): Promise<number> {
  let highest = 1;
  for (let index = 0; ; index++) {
    highest = Math.max(highest, await askTool(interview, index));
    if (!(await interview.asker.confirm('Another tool?', true))) return highest;
  }
}

/** Asks for one tool, and for what its class requires: scope and rollback note from class 2, approvers from class 3. */
async function askTool(interview: Interview, index: number): Promise<number> {
  const at = (...below: string[]) => ['tools', index, ...below];
  const name = await interview.text(at('name'), 'Tool, by the name that the agent calls it', {
    also: (text) => (isListed(interview, index, text) ? `"${text}" is listed already` : undefined),
  });
  const action = (await interview.asker.choose(`What does ${name} do?`, CATALOGUE)) as ActionName;
  interview.keep(at('action'), action);
  const data = interview.answers['data'] as readonly string[];
  if (data.length > 0)
    await interview.pick(
      at('reads'),
      `What does ${name} read?`,
      data.map((value) => ({ value })),
    );
  const { actionClass } = classOf({ risks: interview.answers['risks'] as readonly Risk[] }, { action });
  if (actionClass >= 2) {
    await askScope(interview, at('scope'), `${name}`);
    await interview.text(at('rollback'), `How is one call of ${name} undone? {argument} is filled in`);
  }
  if (actionClass === 3) await askApproval(interview, index, `${name}`);
  return actionClass;
}

async function askApproval(interview: Interview, index: number, name: string): Promise<void> {
  const at = (field: string) => ['tools', index, 'approval', field];
  await interview.list(at('approvers'), `Who may approve a call of ${name}? E-mails or group:NAME`);
  await interview.text(at('expires'), 'After how long without a decision does a request expire?', {
    default: '30m',
  });
  await interview.text(at('needed'), 'How many different people have to approve?', {
    default: '1',
    as: numberOf,
  });
}

function isListed(interview: Interview, index: number, name: string): boolean {
  const tools = (interview.answers['tools'] ?? []) as readonly { name?: unknown }[];
  return tools.slice(0, index).some((tool) => tool.name === name);
}
