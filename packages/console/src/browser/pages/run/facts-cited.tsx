import type { TimelineEntry } from '../../api/evidence-shapes.ts';
import { type CitedFact, factOf } from '../../format/fact.ts';
import { lookOf } from '../../format/words.ts';
import { Badge } from '../../parts/chip.tsx';
import { Panel } from '../../parts/page.tsx';
import { Shown } from '../../parts/shown.tsx';

/** The facts of a run's output: what a system said beside what the model inferred, never looking alike. */
export function FactsCited({ entries }: { readonly entries: readonly TimelineEntry[] }) {
  const facts = entries.flatMap((entry) => {
    const fact = factOf(entry);
    return fact === undefined ? [] : [{ fact, key: entry.hash ?? `${entry.time} ${fact.statement}` }];
  });
  if (facts.length === 0) return null;
  return (
    <Panel id="facts" title="Facts cited">
      <ul className="cited">
        {facts.map(({ fact, key }) => (
          <li key={key}>
            <Fact fact={fact} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export function Fact({ fact }: { readonly fact: CitedFact }) {
  const inferred = fact.origin !== 'source';
  return (
    <div className={inferred ? 'fact fact-inferred' : 'fact fact-source'}>
      <Badge look={lookOf('origin', fact.origin)} />
      <p className="statement">
        {fact.statement === null ? (
          <span className="none">statement not shown: show content to read it</span>
        ) : (
          <Shown text={fact.statement} />
        )}
      </p>
      {fact.rests_on !== null && (
        <p className="quiet">
          {inferred ? 'Model: ' : 'Source: '}
          <Shown text={fact.rests_on} />
        </p>
      )}
    </div>
  );
}
