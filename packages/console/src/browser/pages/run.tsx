import { type ReactNode, useState } from 'react';
import { Link, useParams } from 'react-router';
import type { Evidence } from '../api/evidence-shapes.ts';
import { useEvidence } from '../api/queries.ts';
import { Chip } from '../parts/chip.tsx';
import { useMay } from '../parts/may.ts';
import { Page, Panel } from '../parts/page.tsx';
import { ReasonForm } from '../parts/reason-form.tsx';
import { Answered, Failure } from '../parts/states.tsx';
import { FlagTable } from './flags.tsx';
import { ChainPanel } from './run/chain-panel.tsx';
import { FactsCited } from './run/facts-cited.tsx';
import { ModelCalls } from './run/model-calls.tsx';
import { RunFacts } from './run/run-facts.tsx';
import { Timeline } from './run/timeline.tsx';
import { ToolCalls } from './run/tool-calls.tsx';

export function RunPage() {
  const { id = '' } = useParams();
  const [wanted, setWanted] = useState(false);
  const query = useEvidence(id, false);
  const whole = useEvidence(id, true, wanted);
  const workflow = query.data?.run.workflow;
  const title = workflow === undefined ? 'Run' : `Run of ${workflow}`;
  const toggle = (
    <button type="button" className="plain" aria-pressed={wanted} onClick={() => setWanted(!wanted)}>
      {wanted ? 'Hide content' : 'Show content'}
    </button>
  );
  return (
    <Page title={title} above={<Link to="/runs">Runs</Link>}>
      <Answered query={query}>
        {(evidence) => (
          <Body
            evidence={(wanted ? whole.data : undefined) ?? evidence}
            content={
              <>
                {toggle}
                {wanted && whole.isPending && <span role="status">Loading content…</span>}
                {wanted && whole.error !== null && <Failure error={whole.error} />}
              </>
            }
          />
        )}
      </Answered>
    </Page>
  );
}

function Body({ evidence, content }: { readonly evidence: Evidence; readonly content: ReactNode }) {
  return (
    <div className="stack">
      <Panel id="run" title="In short" aside={<Chip of="run_status" word={evidence.run.status} />}>
        <RunFacts evidence={evidence} />
      </Panel>
      {evidence.flags.length > 0 && (
        <Panel id="run-flags" title="Flags">
          <FlagTable items={evidence.flags} />
        </Panel>
      )}
      <FactsCited entries={evidence.timeline} />
      <Panel id="timeline" title="Evidence" aside={<div className="content-switch">{content}</div>}>
        <p className="quiet">
          In order of time. Verdict is what policy said, enforcement what the gate then did, outcome how the
          tool ended.
        </p>
        {evidence.truncated && (
          <p className="notice">This run has more records than are shown here; an export has them all.</p>
        )}
        <Timeline entries={evidence.timeline} />
      </Panel>
      <ToolCalls calls={evidence.tool_calls} />
      <ModelCalls calls={evidence.model_calls} cost={evidence.cost} />
      <ChainPanel chain={evidence.chain} />
      <Rollback runId={evidence.run.run_id} />
    </div>
  );
}

function Rollback({ runId }: { readonly runId: string }) {
  if (!useMay('owner', 'admin')) return null;
  return (
    <Panel id="rollback" title="Roll back">
      <ReasonForm
        label="Reason"
        hint="Records that you, as the owner, decided to roll this run back. The rollback notes above say how to undo each call."
        choices={[
          {
            text: 'Record the rollback',
            tone: 'danger',
            change: (reason) => ({ what: 'roll_back', id: runId, reason }),
            done: 'Recorded as rolled back.',
          },
        ]}
      />
    </Panel>
  );
}
