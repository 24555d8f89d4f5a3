import type { Evidence } from '../../api/evidence-shapes.ts';
import { counted } from '../../format/count.ts';
import { type AgentProcess, processText } from '../../format/processes.ts';
import { Badge } from '../../parts/chip.tsx';
import { Panel } from '../../parts/page.tsx';
import { Id, Shown } from '../../parts/shown.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { Utc } from '../../parts/utc.tsx';
import { ChainBadge } from './run-facts.tsx';

type Chain = Evidence['chain'];

interface ChainProps {
  readonly chain: Chain;
  readonly processes: readonly AgentProcess[];
}

/** One chain per writer. What it shows, and what is wrong with it where it is not whole. */
export function ChainPanel({ chain, processes }: ChainProps) {
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
      {chain.unproven.map(({ writer, why }) => (
        <p key={writer} className="notice">
          Unproven, and no sign of tampering: <Shown text={why} />. (writer <Id value={writer} />)
        </p>
      ))}
      <Table caption="Writers" columns={columns(processes)} rows={chain.writers} id={(one) => one.writer} />
    </Panel>
  );
}

type Writer = Chain['writers'][number];

const columns = (processes: readonly AgentProcess[]): readonly Column<Writer>[] => [
  { name: 'Writer', head: true, cell: (one) => <Id value={one.writer} /> },
  {
    name: 'Who',
    cell: (one) => <Who writer={one} process={processes.find(({ writer }) => writer === one.writer)} />,
  },
  { name: 'Records', number: true, cell: (one) => one.records ?? <span className="none">unknown</span> },
  { name: 'Its chain', cell: (one) => <ChainBadge whole={one.whole} /> },
  { name: 'Its end', cell: (one) => <End writer={one} /> },
  {
    name: 'Hash of the last record',
    cell: (one) => (one.head === null ? <span className="none">none</span> : <Id value={one.head} />),
  },
];

function Who({ writer, process }: { readonly writer: Writer; readonly process: AgentProcess | undefined }) {
  if (writer.source === 'service') return 'the service';
  if (process === undefined) return 'a process of the agent';
  return (
    <>
      the agent’s {processText(process)}
      {process.at !== null && (
        <>
          {' at '}
          <Utc iso={process.at} form="second" />
        </>
      )}
    </>
  );
}

/** The service goes on writing about a run, so only an agent's process can have an end. */
function End({ writer }: { readonly writer: Writer }) {
  if (writer.source === 'service') return <span className="none">goes on</span>;
  return (
    <Badge
      look={
        writer.end_proven ? { tone: 'good', text: 'stated by a seal' } : { tone: 'warn', text: 'not stated' }
      }
    />
  );
}
