import type { TimelineEntry } from '../../api/evidence-shapes.ts';
import { escalationOf } from '../../format/fact.ts';
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
        {escalations.map(({ key, to, at, why }) => (
          <li key={key}>
            To <ShownOr text={to} none="nobody by name" /> at <Utc iso={at} form="second" />, because:
            <blockquote className="claim">
              <StatementText statement={why} asked={asked} />
            </blockquote>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
