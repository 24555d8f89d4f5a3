import type { Evidence } from '../../api/shapes.ts';
import { label } from '../../format/words.ts';
import { Badge } from '../../parts/chip.tsx';
import { Value } from '../../parts/json-view.tsx';
import { Panel } from '../../parts/page.tsx';
import { Id, Shown } from '../../parts/shown.tsx';
import { ChainBadge } from './run-facts.tsx';

/** One chain per writer. What it shows, and what is wrong with it where it is not whole. */
export function ChainPanel({ chain }: { readonly chain: Evidence['chain'] }) {
  return (
    <Panel id="chain" title="Evidence chain" aside={<ChainBadge whole={chain.whole} />}>
      {chain.findings.length > 0 && (
        <ul className="findings">
          {chain.findings.map((finding) => (
            <li key={JSON.stringify(finding)}>
              <Finding finding={finding} />
            </li>
          ))}
        </ul>
      )}
      <ul className="writers">
        {chain.writers.map(({ writer, ...rest }) => (
          <li key={writer}>
            Writer <Id value={writer} />
            {Object.entries(rest).map(([key, value]) => (
              <div key={key} className="quiet">
                {label(key)}: <Value value={value} label={label(key)} />
              </div>
            ))}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** What is wrong, in words where the service says it in words. */
function Finding({ finding }: { readonly finding: unknown }) {
  const said =
    finding !== null && typeof finding === 'object' ? { kind: '', message: '', ...finding } : undefined;
  if (typeof said?.message !== 'string' || said.message === '')
    return <Value value={finding} label="Finding" />;
  const place = Object.entries(said).filter(([key]) => key !== 'kind' && key !== 'message');
  return (
    <>
      <Badge look={{ tone: 'bad', text: String(said.kind).replaceAll('_', ' ') }} />{' '}
      <Shown text={said.message} />{' '}
      <span className="quiet">
        {place.map(([key, value]) => `${key.replaceAll('_', ' ')} ${String(value)}`).join(', ')}
      </span>
    </>
  );
}
