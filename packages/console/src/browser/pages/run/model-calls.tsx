import type { ModelCall } from '../../api/evidence-shapes.ts';
import type { Cost } from '../../api/shapes.ts';
import { Badge } from '../../parts/chip.tsx';
import { Count, Total, Usd } from '../../parts/money.tsx';
import { Panel } from '../../parts/page.tsx';
import { ShownOr } from '../../parts/shown.tsx';
import { Empty } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { Utc } from '../../parts/utc.tsx';

/** Every report of a model call, and whether it counts: reports of one call by several libraries count once. */
export function ModelCalls({ calls, cost }: { readonly calls: readonly ModelCall[]; readonly cost: Cost }) {
  return (
    <Panel
      id="model-calls"
      title="Model calls"
      aside={<Total usd={cost.usd} calls={cost.calls} unpriced={cost.unpriced_calls} />}
    >
      {calls.length === 0 ? (
        <Empty>No model call was reported.</Empty>
      ) : (
        <Table caption="Model calls" columns={COLUMNS} rows={keyed(calls)} id={(row) => row.key} />
      )}
    </Panel>
  );
}

type Row = ModelCall & { readonly key: string };

/** Reports of one call may agree in everything shown. */
function keyed(calls: readonly ModelCall[]): readonly Row[] {
  return calls.map((call, index) => ({ ...call, key: `${index}` }));
}

const COLUMNS: readonly Column<Row>[] = [
  { name: 'Time', cell: (call) => <Utc iso={call.start} form="clock" /> },
  { name: 'Model', head: true, cell: (call) => <ShownOr text={call.model} none="not stated" /> },
  { name: 'Provider', cell: (call) => <ShownOr text={call.provider} none="not stated" /> },
  { name: 'Reported by', cell: (call) => <ShownOr text={call.scope_name} none="not stated" /> },
  { name: 'Input', number: true, cell: (call) => tokens(call.input_tokens) },
  { name: 'Output', number: true, cell: (call) => tokens(call.output_tokens) },
  { name: 'Cost', number: true, cell: (call) => <CallCost call={call} /> },
  {
    name: 'Counted',
    cell: (call) => (
      <>
        <Badge
          look={call.counted ? { tone: 'good', text: 'counted' } : { tone: 'calm', text: 'not counted' }}
        />
        {call.why !== null && (
          <div className="quiet">
            <ShownOr text={call.why.replaceAll('_', ' ')} />
          </div>
        )}
      </>
    ),
  },
];

function tokens(count: number | null) {
  return count === null ? <span className="none">unknown</span> : <Count value={count} />;
}

function CallCost({ call }: { readonly call: ModelCall }) {
  return (
    <>
      <Usd amount={call.cost_usd} />
      {call.cost_usd === null && call.unpriced_reason !== null && (
        <div className="quiet">
          <ShownOr text={call.unpriced_reason.replaceAll('_', ' ')} />
        </div>
      )}
      {call.cost_note === 'unreadable' && (
        <div className="quiet">The provider’s own figure cannot be read.</div>
      )}
      {call.cost_source !== null && call.cost_usd !== null && <div className="quiet">{call.cost_source}</div>}
      {call.cost_source === 'provider' && call.local_cost_usd !== null && (
        <div className="quiet">
          price book: <Usd amount={call.local_cost_usd} />
        </div>
      )}
    </>
  );
}
