import { Link } from 'react-router';
import type { Evidence } from '../../api/evidence-shapes.ts';
import type { AgentProcess } from '../../format/processes.ts';
import { between } from '../../format/span.ts';
import { Badge } from '../../parts/chip.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Total } from '../../parts/money.tsx';
import { Id, Shown, ShownOr } from '../../parts/shown.tsx';
import { Utc } from '../../parts/utc.tsx';

interface RunFactsProps {
  readonly evidence: Evidence;
  readonly processes: readonly AgentProcess[];
}

/** Who, for whom, when, how much, and whether the evidence is whole. */
export function RunFacts({ evidence: { run, cost, chain }, processes }: RunFactsProps) {
  const took =
    run.started_at === null || run.ended_at === null ? undefined : between(run.started_at, run.ended_at);
  return (
    <Facts
      items={{
        Run: <Id value={run.run_id} />,
        Workflow: (
          <Link to={`/workflows/${encodeURIComponent(run.workflow)}`}>
            <Shown text={run.workflow} />
          </Link>
        ),
        Owner: <ShownOr text={run.owner} none="nobody" />,
        Team: <ShownOr text={run.team} />,
        Initiator: (
          <>
            <ShownOr text={run.initiator} none="not stated" />{' '}
            <span className="quiet">{verification(run.initiator_verified)}</span>
          </>
        ),
        Registered: run.registered ? undefined : (
          <Badge look={{ tone: 'bad', text: 'never, by the service' }} />
        ),
        Started: <Utc iso={run.started_at} form="second" />,
        Ended: (
          <>
            <Utc iso={run.ended_at} form="second" />{' '}
            {took !== undefined && <span className="quiet">after {took}</span>}
          </>
        ),
        Resumed: resumed(processes),
        Cost: <Total usd={cost.usd} calls={cost.calls} unpriced={cost.unpriced_calls} />,
        Chain: <ChainBadge whole={chain.whole} />,
        'Policy version': run.policy_version === null ? undefined : <Id value={run.policy_version} />,
      }}
    />
  );
}

/** Undefined where nothing resumed it, so that the pair is left out. */
function resumed(processes: readonly AgentProcess[]) {
  const again = processes.filter(({ how }) => how === 'resumed');
  const last = again.at(-1);
  if (last === undefined) return undefined;
  return (
    <>
      <Badge look={{ tone: 'wait', text: again.length === 1 ? 'once' : `${again.length} times` }} /> by
      another process, last at <Utc iso={last.at} form="second" />
      {last.by !== null && (
        <>
          {' with the key of '}
          <Shown text={last.by} />
        </>
      )}
      . <a href="#chain">Its writers</a>
    </>
  );
}

function verification(verified: boolean | null): string {
  if (verified === null) return '';
  return verified ? '(verified)' : '(claimed, not verified)';
}

export function ChainBadge({ whole }: { readonly whole: boolean }) {
  return <Badge look={whole ? { tone: 'good', text: 'whole' } : { tone: 'bad', text: 'not whole' }} />;
}
