import { CONTROL_RULES, type ControlRule } from '@tollgate/contract';
import { Link, useParams } from 'react-router';
import { useFlag } from '../api/queries.ts';
import type { Flag } from '../api/shapes.ts';
import { controlText } from '../format/names.ts';
import { Chip } from '../parts/chip.tsx';
import { DetailPairs } from '../parts/detail-pairs.tsx';
import { DueDate } from '../parts/due.tsx';
import { Facts } from '../parts/facts.tsx';
import { Value } from '../parts/json-view.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { Id, Shown } from '../parts/shown.tsx';
import { Answered } from '../parts/states.tsx';
import { Utc } from '../parts/utc.tsx';
import { FlagIncident } from './flag-incident.tsx';
import { FlagTriage } from './flag-triage.tsx';

export function FlagPage() {
  const { id = '' } = useParams();
  const query = useFlag(id);
  const control = query.data === undefined ? undefined : controlText(query.data.control);
  return (
    <Page title={control === undefined ? 'Flag' : `Flag: ${control}`} above={<Link to="/flags">Flags</Link>}>
      <Answered query={query}>{(flag) => <Body flag={flag} />}</Answered>
    </Page>
  );
}

function Body({ flag }: { readonly flag: Flag }) {
  return (
    <div className="stack">
      <Panel
        id="finding"
        title="Finding"
        aside={
          <span className="chips">
            <Chip of="severity" word={flag.severity} /> <Chip of="flag_state" word={flag.state} />
          </span>
        }
      >
        <p className="summary">
          <Shown text={flag.summary} />
        </p>
        <Rule control={flag.control} />
        <Facts items={factsOf(flag)} />
      </Panel>
      {flag.evidence !== null && (
        <Panel id="flag-evidence" title="The evidence that raised it">
          <EvidenceOfFlag evidence={flag.evidence} />
        </Panel>
      )}
      <FlagIncident flagId={flag.flag_id} />
      {(flag.state === 'open' || flag.state === 'acknowledged') && <FlagTriage flag={flag} />}
    </div>
  );
}

/** What the control stands for, so that a finding can be judged by somebody who does not know its name. */
function Rule({ control }: { readonly control: string }) {
  const rules: Readonly<Record<string, ControlRule>> = CONTROL_RULES;
  const rule = Object.hasOwn(rules, control) ? rules[control] : undefined;
  if (rule === undefined) return null;
  return (
    <p className="quiet">
      The rule: {rule.rule} Checked here: {rule.checked}.
    </p>
  );
}

/** What the control saw, with a way to the approval where it is about one. */
function EvidenceOfFlag({ evidence }: { readonly evidence: unknown }) {
  if (!isObject(evidence)) return <Value value={evidence} label="Evidence of the flag" />;
  const { approval_id, ...rest } = evidence;
  return (
    <>
      <DetailPairs values={rest} />
      {typeof approval_id === 'string' && (
        <p>
          <Link to={`/approvals/${encodeURIComponent(approval_id)}`}>The approval that it is about</Link>
        </p>
      )}
    </>
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function factsOf(flag: Flag) {
  return {
    Workflow:
      flag.workflow === null ? undefined : (
        <Link to={`/workflows/${encodeURIComponent(flag.workflow)}`}>
          <Shown text={flag.workflow} />
        </Link>
      ),
    Run:
      flag.run_id === null ? undefined : (
        <Link to={`/runs/${encodeURIComponent(flag.run_id)}`}>
          <Id value={flag.run_id} />
        </Link>
      ),
    Owner: flag.owner === null ? undefined : <Shown text={flag.owner} />,
    Team: flag.team === null ? undefined : <Shown text={flag.team} />,
    Raised: <Utc iso={flag.raised_at} form="second" />,
    Due:
      flag.due_at === null ? undefined : (
        <DueDate iso={flag.due_at} done={flag.state === 'resolved' || flag.state === 'cleared'} />
      ),
    Acknowledged: by(flag.acknowledged_by, flag.acknowledged_at),
    Resolved: by(flag.resolved_by, flag.resolved_at),
    Note: flag.note === null || flag.note === '' ? undefined : <Shown text={flag.note} />,
    'Cleared because': flag.cleared_because === null ? undefined : <Shown text={flag.cleared_because} />,
  };
}

function by(person: string | null, at: string | null) {
  if (person === null) return undefined;
  return (
    <>
      by <Shown text={person} />
      {at !== null && (
        <>
          {' '}
          at <Utc iso={at} form="second" />
        </>
      )}
    </>
  );
}
