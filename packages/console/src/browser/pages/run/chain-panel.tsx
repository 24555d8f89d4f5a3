import type { Evidence } from '../../api/shapes.ts';
import { label } from '../../format/words.ts';
import { Value } from '../../parts/json-view.tsx';
import { Panel } from '../../parts/page.tsx';
import { Id } from '../../parts/shown.tsx';
import { ChainBadge } from './run-facts.tsx';

/** One chain per writer. What it shows, and what is wrong with it where it is not whole. */
export function ChainPanel({ chain }: { readonly chain: Evidence['chain'] }) {
  return (
    <Panel id="chain" title="Evidence chain" aside={<ChainBadge whole={chain.whole} />}>
      {chain.findings.length > 0 && (
        <ul className="findings">
          {chain.findings.map((finding) => (
            <li key={JSON.stringify(finding)}>
              <Value value={finding} label="Finding" />
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
