import { CALL_REPORTS, type CallReport, callReport, callText, dispatched } from './call-reports.ts';
import { defineControl, type Finding, type JudgeContext } from './control.ts';
import { exampleCall } from './examples.ts';
import { about, policyOf } from './rows.ts';

export const toolListed = defineControl({
  control: 'tool_listed',
  severity: 'critical',
  description:
    'Every tool that ran is listed by the workflow, as the action and class that the policy gives it.',
  graceSeconds: 0,
  clears: 'the policy that lists this tool is registered now',
  query: CALL_REPORTS,
  row: callReport,
  judge: (rows, context) => dispatched(rows).flatMap((row) => judgeOne(row, context)),
  examples: {
    passes: [
      { name: 'a listed tool', rows: [exampleCall()] },
      { name: 'a class raised by a hint', rows: [exampleCall({ action_class: 3 })] },
    ],
    fails: [
      { name: 'a tool that nobody listed', rows: [exampleCall({ tool: 'send_fax' })] },
      { name: 'a tool blocked by name', rows: [exampleCall({ tool: 'drop_database' })] },
      { name: 'a class below the policy’s', rows: [exampleCall({ action_class: 1 })] },
      { name: 'another action than the policy’s', rows: [exampleCall({ action: 'read' })] },
    ],
  },
});

function judgeOne(row: CallReport, context: JudgeContext): Finding[] {
  const policy = policyOf(row, context);
  if (policy === undefined) return [];
  const listed = policy.allowed_tools.find(({ tool }) => tool === row.tool);
  const found = (key: string, summary: string, expected: string): Finding[] => [
    {
      ...about(row, context),
      key: `${key}:${row.call_id}:${row.tool}`,
      summary,
      evidence: { ...{ call_id: row.call_id, tool: row.tool, action: row.action }, expected },
    },
  ];
  if (listed === undefined) {
    const blocked = policy.blocked_tools.includes(row.tool);
    const how = blocked ? 'which the workflow blocks by name' : 'which the workflow does not list';
    return found('unlisted', `A tool ran ${how}: ${callText(row)}.`, 'not executed');
  }
  if (row.action_class !== null && row.action_class < listed.action_class)
    return found(
      'class',
      `A call ran as class ${row.action_class} where the policy says class ${listed.action_class}: ${callText(row)}.`,
      `class ${listed.action_class}`,
    );
  if (row.action !== '' && row.action !== listed.action)
    return found(
      'action',
      `A call ran as ${row.action} where the policy says ${listed.action}: ${callText(row)}.`,
      listed.action,
    );
  return [];
}
