import type { ToolCall } from '../../api/evidence-shapes.ts';
import { callNote } from '../../format/outcome.ts';
import type { Vocabulary } from '../../format/words.ts';
import { Chip, ClassChip } from '../../parts/chip.tsx';
import { Panel } from '../../parts/page.tsx';
import { Shown, ShownOr } from '../../parts/shown.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { reasonText } from './reason-text.ts';

export function ToolCalls({ calls }: { readonly calls: readonly ToolCall[] }) {
  if (calls.length === 0) return null;
  return (
    <Panel id="tool-calls" title="Tool calls">
      <Table
        caption="Tool calls"
        columns={COLUMNS}
        rows={calls}
        id={(call) => `${call.call_id} ${call.tool}`}
      />
    </Panel>
  );
}

const word = (of: Vocabulary, value: string | null) =>
  value === null ? <span className="none">none</span> : <Chip of={of} word={value} />;

function Outcome({ call }: { readonly call: ToolCall }) {
  const note = callNote(call);
  return (
    <div className="outcome">
      {word('outcome', call.outcome)}
      {note !== undefined && <p className="quiet">{note}</p>}
    </div>
  );
}

const COLUMNS: readonly Column<ToolCall>[] = [
  {
    name: 'Tool',
    head: true,
    // A model call that the gate refused is judged like a tool call, and has no tool.
    cell: (call) =>
      call.tool === '' ? <span className="none">no tool named</span> : <Shown code text={call.tool} />,
  },
  { name: 'Class', cell: (call) => <ClassChip value={call.action_class} /> },
  { name: 'Verdict', cell: (call) => word('verdict', call.verdict) },
  { name: 'Enforcement', cell: (call) => word('enforcement', call.enforcement) },
  { name: 'Outcome', cell: (call) => <Outcome call={call} /> },
  {
    name: 'Why',
    cell: (call) =>
      call.reason === null ? <span className="none">not stated</span> : reasonText(call.reason),
  },
  { name: 'To undo it', cell: (call) => <ShownOr text={call.rollback_note} /> },
];
