import type { CitedFact, Statement } from '../../format/fact.ts';
import { lookOf } from '../../format/words.ts';
import { Badge } from '../../parts/chip.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Shown, ShownOr } from '../../parts/shown.tsx';
import { Redaction } from './content-fields.tsx';

/** One fact with what it rests on; a source and an inference differ in words and in shape. */
export function Fact({ fact, asked }: { readonly fact: CitedFact; readonly asked: boolean }) {
  const shape =
    fact.origin === 'source' ? 'fact-source' : fact.origin === 'inference' ? 'fact-inferred' : 'fact-neither';
  return (
    <div className={`fact ${shape}`}>
      <Badge look={lookOf('origin', fact.origin)} />
      <div className="statement">
        <StatementText statement={fact.statement} asked={asked} />
      </div>
      <Facts items={restsOn(fact)} />
    </div>
  );
}

function restsOn({ origin, system, reference, model }: CitedFact) {
  if (origin === 'inference') return { Model: <ShownOr text={model} none="not named" /> };
  return {
    System: <ShownOr text={system} none="not named" />,
    Reference: <ShownOr text={reference} none="not given" />,
    Model: model === null ? undefined : <Shown text={model} />,
  };
}

/** @param asked whether content was asked for and came: what is missing then is missing for another reason */
export function StatementText({
  statement,
  asked,
}: {
  readonly statement: Statement;
  readonly asked: boolean;
}) {
  if (statement.kind === 'absent')
    return (
      <p className="none">
        {asked
          ? 'Its words are not stored: none came with it, or they were erased.'
          : 'Its words are content: show content to read them.'}
      </p>
    );
  return (
    <>
      {statement.kind === 'said' && (
        <p className="said">
          <Shown text={statement.text} />
        </p>
      )}
      {statement.field.redaction !== null && (
        <p>
          <Redaction field={statement.field} />
        </p>
      )}
    </>
  );
}
