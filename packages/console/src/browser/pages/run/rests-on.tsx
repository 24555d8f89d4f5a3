import type { TimelineEntry } from '../../api/evidence-shapes.ts';
import { type CitedFact, factOf } from '../../format/fact.ts';
import { Picture, type PictureName } from '../../parts/icon.tsx';
import { Panel } from '../../parts/page.tsx';
import { Fact } from './fact.tsx';

interface Props {
  readonly entries: readonly TimelineEntry[];
  readonly asked: boolean;
}

/** The facts of a run's output, those that a system gave apart from those that a model inferred. */
export function RestsOn({ entries, asked }: Props) {
  const facts = entries.flatMap((entry, index) => {
    const fact = factOf(entry);
    return fact === undefined ? [] : [{ ...fact, key: `${index} ${entry.hash ?? entry.time}` }];
  });
  const neither = facts.filter(({ origin }) => origin !== 'source' && origin !== 'inference');
  const of = (origin: string) => facts.filter((fact) => fact.origin === origin);
  return (
    <Panel id="rests-on" title="What the output rests on">
      {facts.length === 0 ? (
        <p className="empty">
          The agent cited no fact: nothing here says which part of its output a system gave and which part a
          model inferred.
        </p>
      ) : (
        <div className="origins">
          <Origin name="source" title="From a source" facts={of('source')} asked={asked} />
          <Origin name="inference" title="The model’s inference" facts={of('inference')} asked={asked} />
          {neither.length > 0 && (
            <Origin name="neither" title="Origin not stated" facts={neither} asked={asked} />
          )}
        </div>
      )}
    </Panel>
  );
}

interface OriginProps {
  readonly name: PictureName;
  readonly title: string;
  readonly facts: readonly (CitedFact & { readonly key: string })[];
  readonly asked: boolean;
}

const NONE: Record<PictureName, string> = {
  source: 'No fact was read from a system.',
  inference: 'The agent named nothing that a model inferred.',
  neither: '',
};

function Origin({ name, title, facts, asked }: OriginProps) {
  const id = `origin-${name}`;
  return (
    <section className={`origin origin-${name}`} aria-labelledby={id}>
      <h3 id={id}>
        <Picture name={name} /> {title} <span className="origin-count">({facts.length})</span>
      </h3>
      {facts.length === 0 ? (
        <p className="empty">{NONE[name]}</p>
      ) : (
        <ul className="cited">
          {facts.map((fact) => (
            <li key={fact.key}>
              <Fact fact={fact} asked={asked} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
