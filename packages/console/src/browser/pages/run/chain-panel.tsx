import type { Evidence } from '../../api/evidence-shapes.ts';
import { counted } from '../../format/count.ts';
import { Panel } from '../../parts/page.tsx';
import { Id, Shown } from '../../parts/shown.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { ChainBadge } from './run-facts.tsx';

type Chain = Evidence['chain'];

/** One chain per writer. What it shows, and what is wrong with it where it is not whole. */
export function ChainPanel({ chain }: { readonly chain: Chain }) {
  return (
    <Panel id="chain" title="Evidence chain" aside={<ChainBadge whole={chain.whole} />}>
      {chain.findings.length > 0 && (
        <div className="failure">
          <p>
            {counted(chain.findings.length, 'problem')}: this evidence is not what was first written, or not
            all of it.
          </p>
          <ul>
            {chain.findings.map(({ writer, problem }) => (
              <li key={`${writer} ${problem}`}>
                <Shown text={problem} />
                {writer !== null && (
                  <>
                    {' '}
                    (writer <Id value={writer} />)
                  </>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
      <Table caption="Writers" columns={COLUMNS} rows={chain.writers} id={(one) => one.writer} />
    </Panel>
  );
}

const COLUMNS: readonly Column<Chain['writers'][number]>[] = [
  { name: 'Writer', head: true, cell: (one) => <Id value={one.writer} /> },
  { name: 'Who', cell: (one) => (one.source === 'service' ? 'the service' : 'an agent’s process') },
  { name: 'Records', number: true, cell: (one) => one.records ?? <span className="none">unknown</span> },
  { name: 'Its chain', cell: (one) => <ChainBadge whole={one.whole} /> },
  {
    name: 'Hash of the last record',
    cell: (one) => (one.head === null ? <span className="none">none</span> : <Id value={one.head} />),
  },
];
