import type { Approval } from '../api/shapes.ts';
import { between } from '../format/span.ts';
import { Badge } from '../parts/chip.tsx';
import { Panel } from '../parts/page.tsx';
import { Shown, ShownOr } from '../parts/shown.tsx';
import { Utc } from '../parts/utc.tsx';

/** Who decided, when, and why. Nothing where nobody has. */
export function Decisions({ approval }: { readonly approval: Approval }) {
  if (approval.decisions.length === 0) return null;
  return (
    <Panel id="decisions" title="Decisions">
      <ul className="decisions">
        {approval.decisions.map((one) => (
          <li key={`${one.decided_by} ${one.decided_at}`}>
            <Badge
              look={
                one.decision === 'approve'
                  ? { tone: 'good', text: 'approved' }
                  : { tone: 'bad', text: 'refused' }
              }
            />{' '}
            by <Shown text={one.decided_by} /> at <Utc iso={one.decided_at} form="second" />
            {took(approval, one.decided_at)}
            <blockquote>
              <ShownOr text={one.reason} none="no reason given" />
            </blockquote>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** How long the request had waited: decisions within seconds, again and again, are read by nobody. */
function took({ requested_at }: Approval, decided_at: string) {
  const span = between(requested_at, decided_at);
  return span !== undefined && <span className="quiet"> ({span} after it was asked)</span>;
}
