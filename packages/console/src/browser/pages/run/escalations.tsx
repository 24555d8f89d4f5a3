import type { TimelineEntry } from '../../api/evidence-shapes.ts';
import { type Escalation, escalationOf } from '../../format/fact.ts';
import { Panel } from '../../parts/page.tsx';
import { ShownOr } from '../../parts/shown.tsx';
import { Utc } from '../../parts/utc.tsx';
import { StatementText } from './fact.tsx';

/** Whom the run handed over to, and why. Nothing where it did not. */
export function Escalations({
  entries,
  asked,
}: {
  readonly entries: readonly TimelineEntry[];
  readonly asked: boolean;
}) {
  const escalations = entries.flatMap((entry, index) => {
    const escalation = escalationOf(entry);
    return escalation === undefined ? [] : [{ ...escalation, key: `${index} ${entry.hash ?? entry.time}` }];
  });
  if (escalations.length === 0) return null;
  return (
    <Panel id="escalations" title="Handed over to a person">
      <ul className="decisions">
        {escalations.map(({ key, ...escalation }) => (
          <li key={key}>
            At <Utc iso={escalation.at} form="second" /> <HandedOver escalation={escalation} asked={asked} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** To whom and why. The reason is the agent's own words. */
export function HandedOver({
  escalation: { to, why },
  asked,
}: {
  readonly escalation: Escalation;
  readonly asked: boolean;
}) {
  return (
    <>
      to <ShownOr text={to} none="nobody by name" />, because:
      <blockquote className="claim">
        <StatementText statement={why} asked={asked} />
      </blockquote>
    </>
  );
}
