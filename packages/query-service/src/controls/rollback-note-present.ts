import { CALL_REPORTS, callReport, callText, dispatched, effectiveClass } from './call-reports.ts';
import { defineControl } from './control.ts';
import { exampleCall } from './examples.ts';
import { about } from './rows.ts';

export const rollbackNotePresent = defineControl({
  control: 'rollback_note_present',
  severity: 'warning',
  description: 'Every class-2 and class-3 call that ran says how to undo it.',
  graceSeconds: 30,
  clears: 'a record that arrived later carries the note',
  query: CALL_REPORTS,
  row: callReport,
  judge: (rows, context) => {
    // The decision and the end of one call are two records; the note may stand on either.
    const ran = dispatched(rows);
    const noted = new Set(ran.filter((row) => row.rollback_note.trim() !== '').map(identity));
    return ran
      .filter((row) => effectiveClass(row, context) >= 2 && !noted.has(identity(row)))
      .map((row) => ({
        ...about(row, context),
        key: identity(row),
        summary: `There is no rollback note on ${callText(row)}.`,
        evidence: { call_id: row.call_id, tool: row.tool, action_class: effectiveClass(row, context) },
      }));
  },
  examples: {
    passes: [
      { name: 'a note', rows: [exampleCall()] },
      {
        name: 'a note on the decision only',
        rows: [exampleCall({ kind: 'gate_decided' }), exampleCall({ rollback_note: '' })],
      },
      {
        name: 'class 1 needs none',
        rows: [exampleCall({ tool: 'read_ticket', action: 'read', action_class: 1, rollback_note: '' })],
      },
    ],
    fails: [
      { name: 'no note', rows: [exampleCall({ rollback_note: '' })] },
      { name: 'blanks are no note', rows: [exampleCall({ rollback_note: '  ' })] },
      { name: 'a lowered class does not help', rows: [exampleCall({ action_class: 1, rollback_note: '' })] },
    ],
  },
});

const identity = (row: { run_id: string; call_id: string; tool: string }) =>
  `${row.run_id}:${row.call_id}:${row.tool}`;
