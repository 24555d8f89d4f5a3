import { Link } from 'react-router';
import type { TimelineEntry } from '../../api/evidence-shapes.ts';
import { escalationOf, factOf } from '../../format/fact.ts';
import { kindText } from '../../format/names.ts';
import { outcomeNote } from '../../format/outcome.ts';
import type { AgentProcess } from '../../format/processes.ts';
import { Chip, ClassChip } from '../../parts/chip.tsx';
import { Usd } from '../../parts/money.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Utc } from '../../parts/utc.tsx';
import { EntryDetail } from './entry-detail.tsx';
import { HandedOver } from './escalations.tsx';
import { Fact } from './fact.tsx';
import { reasonText } from './reason-text.ts';
import { ThreeFacts } from './three-facts.tsx';

interface EntryProps {
  readonly entry: TimelineEntry;
  readonly asked: boolean;
  /** Which process of the agent wrote it, where there were several. */
  readonly process?: AgentProcess | undefined;
}

/** One record: when, what and by whom; what was decided; and below, what was in it. */
export function Entry({ entry, asked, process }: EntryProps) {
  const fact = factOf(entry);
  const escalation = escalationOf(entry);
  const note = outcomeNote(entry);
  const reason = entry.reason === null ? undefined : reasonText(entry.reason);
  return (
    <article className="record">
      <header>
        <Utc iso={entry.time} form="clock" />
        <h3>{kindText(entry.kind)}</h3>
        {entry.tool !== null && <Shown code text={entry.tool} />}
        {entry.action_class !== null && <ClassChip value={entry.action_class} />}
        {entry.model !== null && <Shown code text={entry.model} />}
        {entry.final_status !== null && <Chip of="run_status" word={entry.final_status} />}
        <By entry={entry} process={process} />
      </header>
      <ThreeFacts verdict={entry.verdict} enforcement={entry.enforcement} outcome={entry.outcome} />
      {reason !== undefined && (
        <p className="why">
          Why: <Shown text={reason} />
        </p>
      )}
      {note !== undefined && <p className="notice">{note}</p>}
      {fact !== undefined && <Fact fact={fact} asked={asked} />}
      {escalation !== undefined && (
        <div className="handed-over">
          Handed over <HandedOver escalation={escalation} asked={asked} />
        </div>
      )}
      <EntryNotes entry={entry} />
      <EntryDetail entry={entry} shown={fact === undefined && escalation === undefined} />
    </article>
  );
}

/** The service's records are facts; an agent's are claims by its key. */
function By({ entry, process }: Omit<EntryProps, 'asked'>) {
  const byService = entry.source === 'service';
  const which = process === undefined ? '' : ` ${process.number}`;
  return (
    <span className={byService ? 'by by-service' : 'by by-agent'}>
      {byService ? 'recorded by the service' : `said by the agent’s process${which}`}
      {[entry.principal, entry.actor].map(
        (name, index) =>
          name !== null && (
            <span key={index === 0 ? 'principal' : 'actor'}>
              {index === 0 ? ' · key of ' : ' · '}
              <Shown text={name} />
            </span>
          ),
      )}
    </span>
  );
}

function EntryNotes({ entry }: { readonly entry: TimelineEntry }) {
  return (
    <>
      {entry.cost_usd !== null && (
        <p>
          Cost <Usd amount={entry.cost_usd} />
        </p>
      )}
      {entry.rollback_note !== null && entry.rollback_note !== '' && (
        <p>
          To undo it: <Shown text={entry.rollback_note} />
        </p>
      )}
      {entry.approval_id !== null && (
        <p>
          <Link to={`/approvals/${encodeURIComponent(entry.approval_id)}`}>The approval</Link>
        </p>
      )}
    </>
  );
}
