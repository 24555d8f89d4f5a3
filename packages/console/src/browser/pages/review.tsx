import { Link, useParams } from 'react-router';
import { useEvidence, useSample } from '../api/queries.ts';
import type { Sample } from '../api/shapes.ts';
import { callOfSample } from '../format/call-of-sample.ts';
import { Chip } from '../parts/chip.tsx';
import { DueDate } from '../parts/due.tsx';
import { Facts } from '../parts/facts.tsx';
import { useMay } from '../parts/may.ts';
import { Page, Panel } from '../parts/page.tsx';
import { Id, Shown, ShownOr } from '../parts/shown.tsx';
import { Answered } from '../parts/states.tsx';
import { Utc } from '../parts/utc.tsx';
import { ReviewClaim } from './review-claim.tsx';
import { ReviewForm } from './review-form.tsx';
import { Timeline } from './run/timeline.tsx';

export function ReviewPage() {
  const { id = '' } = useParams();
  const query = useSample(id);
  const tool = query.data?.tool;
  return (
    <Page title={tool == null ? 'Review' : `Review of ${tool}`} above={<Link to="/reviews">Reviews</Link>}>
      <Answered query={query}>{(sample) => <Body sample={sample} />}</Answered>
    </Page>
  );
}

function Body({ sample }: { readonly sample: Sample }) {
  const mayReview = useMay('owner', 'reviewer', 'admin');
  return (
    <div className="stack">
      <Panel id="sample" title="The action" aside={<Chip of="sample_state" word={sample.state} />}>
        <Facts items={factsOf(sample)} />
      </Panel>
      {sample.verdict !== null ? (
        <Given sample={sample} verdict={sample.verdict} />
      ) : (
        <Panel id="review" title="Your review">
          {mayReview ? (
            <>
              <ReviewClaim sample={sample} />
              <ReviewForm id={sample.sample_id} />
            </>
          ) : (
            <p className="notice">Reviewing needs the role reviewer, which this account does not have.</p>
          )}
        </Panel>
      )}
      <OfTheCall sample={sample} />
    </div>
  );
}

function factsOf(sample: Sample) {
  return {
    Tool: <ShownOr text={sample.tool} />,
    Action: <ShownOr text={sample.action} />,
    Workflow: (
      <Link to={`/workflows/${encodeURIComponent(sample.workflow)}`}>
        <Shown text={sample.workflow} />
      </Link>
    ),
    Run: (
      <Link to={`/runs/${encodeURIComponent(sample.run_id)}`}>
        <Id value={sample.run_id} />
      </Link>
    ),
    Due: <DueDate iso={sample.due_at} done={sample.state === 'reviewed'} />,
    Chosen: sample.sampled_at === null ? undefined : <Utc iso={sample.sampled_at} />,
    'Why it was chosen': sample.why === null ? undefined : <Shown text={sample.why.replaceAll('_', ' ')} />,
    'May review': sample.reviewers.length === 0 ? undefined : <Shown text={sample.reviewers.join(', ')} />,
    'Assigned to': sample.assigned_to === null ? undefined : <Shown text={sample.assigned_to} />,
  };
}

function Given({ sample, verdict }: { readonly sample: Sample; readonly verdict: string }) {
  return (
    <Panel id="review" title="Review" aside={<Chip of="review_verdict" word={verdict} />}>
      <p>
        By <ShownOr text={sample.reviewed_by} /> at <Utc iso={sample.reviewed_at} form="second" />
      </p>
      <blockquote>
        <ShownOr text={sample.note} none="no note" />
      </blockquote>
    </Panel>
  );
}

/** What the call did, from the run's evidence, with its content where this account may read that. */
function OfTheCall({ sample }: { readonly sample: Sample }) {
  const bare = useEvidence(sample.run_id, false);
  const whole = useEvidence(sample.run_id, true);
  const mine = (callId: string | null) => sample.call_id === null || callId === callOfSample(sample.call_id);
  return (
    <Panel id="evidence" title="Evidence of this action">
      {whole.error?.code === 'forbidden' && (
        <p className="notice">This account may not read content, so it is left out here.</p>
      )}
      <Answered query={whole.data === undefined ? bare : whole}>
        {({ timeline }) => (
          <Timeline
            entries={timeline.filter((entry) => mine(entry.call_id))}
            asked={whole.data !== undefined}
          />
        )}
      </Answered>
    </Panel>
  );
}
