import { defineControl } from './control.ts';
import { exampleRecord } from './examples.ts';
import { isDispatched, RECORDS, type RecordRow, recordRow } from './records.ts';
import { about, policyOf } from './rows.ts';

const example = (changes: Partial<RecordRow> = {}) =>
  exampleRecord('tool_finished', {
    call_id: 'call-1',
    tool: 'read_ticket',
    enforcement: 'executed',
    ...changes,
  });

export const dataAllowed = defineControl({
  control: 'data_allowed',
  severity: 'critical',
  description: 'No tool that ran read, and no output cites, a data source that the workflow may not read.',
  graceSeconds: 0,
  clears: 'the policy that allows this source is registered now',
  query: RECORDS,
  row: recordRow,
  judge: (rows, context) =>
    rows.filter(reads).flatMap((each) => {
      const policy = policyOf(each, context);
      if (policy === undefined) return [];
      const listed = policy.allowed_tools.find(({ tool }) => tool === each.tool)?.reads ?? [];
      return [...new Set([...listed, ...each.reads])]
        .filter((source) => !policy.data.includes(source))
        .map((source) => ({
          ...about(each, context),
          key: `${each.call_id}:${source}`,
          summary: `${each.tool === '' ? 'The output cites' : `The call ${each.call_id} of ${each.tool} read`} ${source}, which the workflow may not read.`,
          evidence: { call_id: each.call_id, tool: each.tool, source, allowed: [...policy.data] },
        }));
    }),
  examples: {
    passes: [
      { name: 'a source of the workflow', rows: [example()] },
      { name: 'one that the code names', rows: [example({ reads: ['builds'] })] },
      {
        name: 'a refused call read nothing',
        rows: [example({ enforcement: 'blocked', reads: ['salaries'] })],
      },
    ],
    fails: [
      { name: 'another source', rows: [example({ reads: ['salaries'] })] },
      {
        name: 'of a call that says that it was held back, and how it ended',
        rows: [example({ enforcement: 'blocked', outcome: 'succeeded', reads: ['salaries'] })],
      },
      {
        name: 'a fact cited from another source',
        rows: [exampleRecord('source_cited', { reads: ['salaries'] })],
      },
    ],
  },
});

/** What each dispatched call read, and each system that is cited. */
const reads = (row: RecordRow) => row.kind === 'source_cited' || isDispatched(row);
