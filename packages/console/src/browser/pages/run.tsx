import { useState } from 'react';
import { Link, useParams } from 'react-router';
import type { Evidence } from '../api/evidence-shapes.ts';
import { useEvidence } from '../api/queries.ts';
import { processesOf } from '../format/processes.ts';
import { Chip } from '../parts/chip.tsx';
import { useMay } from '../parts/may.ts';
import { Page, Panel } from '../parts/page.tsx';
import { ReasonForm } from '../parts/reason-form.tsx';
import { Answered, Failure } from '../parts/states.tsx';
import { FlagTable } from './flags.tsx';
import { ChainPanel } from './run/chain-panel.tsx';
import { Escalations } from './run/escalations.tsx';
import { ModelCalls } from './run/model-calls.tsx';
import { RestsOn } from './run/rests-on.tsx';
import { RunBudget } from './run/run-budget.tsx';
import { RunFacts } from './run/run-facts.tsx';
import { Timeline } from './run/timeline.tsx';
import { ToolCalls } from './run/tool-calls.tsx';

export function RunPage() {
  const { id = '' } = useParams();
  const [wanted, setWanted] = useState(false);
  const query = useEvidence(id, false);
  const whole = useEvidence(id, true, wanted);
  const shown = wanted ? whole.data : undefined;
  const workflow = query.data?.run.workflow;
  const title = workflow === undefined ? 'Run' : `Run of ${workflow}`;
  return (
    <Page title={title} above={<Link to="/runs">Runs</Link>}>
      <Answered query={query}>
        {(evidence) => (
          <div className="stack">
            <ContentSwitch wanted={wanted} toggle={() => setWanted(!wanted)} query={whole} />
            <Body evidence={shown ?? evidence} asked={shown !== undefined} />
          </div>
        )}
      </Answered>
    </Page>
  );
}

interface ContentSwitchProps {
  readonly wanted: boolean;
  readonly toggle: () => void;
  readonly query: { readonly isPending: boolean; readonly error: Error | null };
}

/** One switch for every panel that has content in it. */
function ContentSwitch({ wanted, toggle, query }: ContentSwitchProps) {
  return (
    <div className="content-switch">
      <button type="button" aria-pressed={wanted} onClick={toggle}>
        {wanted ? 'Hide content' : 'Show content'}
      </button>
      {!wanted && (
        <span className="quiet">What was said and passed is kept apart, and read only on demand.</span>
      )}
      {wanted && query.isPending && <span role="status">Loading content…</span>}
      {wanted && query.error !== null && <Failure error={query.error} />}
    </div>
  );
}

interface BodyProps {
  readonly evidence: Evidence;
  /** Whether the evidence has its content. */
  readonly asked: boolean;
}

function Body({ evidence, asked }: BodyProps) {
  const processes = processesOf(evidence.timeline);
  return (
    <>
      <Panel id="run" title="In short" aside={<Chip of="run_status" word={evidence.run.status} />}>
        <RunFacts evidence={evidence} processes={processes} />
      </Panel>
      {evidence.flags.length > 0 && (
        <Panel id="run-flags" title="Flags">
          <FlagTable items={evidence.flags} />
        </Panel>
      )}
      <Escalations entries={evidence.timeline} asked={asked} />
      <RestsOn entries={evidence.timeline} asked={asked} />
      <Panel id="timeline" title="Evidence">
        <p className="quiet">
          In order of time. Verdict is what policy said, enforcement what the gate then did, outcome how the
          tool ended.
        </p>
        {evidence.truncated && (
          <p className="notice">This run has more records than are shown here; an export has them all.</p>
        )}
        <Timeline entries={evidence.timeline} asked={asked} processes={processes} />
      </Panel>
      <ToolCalls calls={evidence.tool_calls} />
      <ModelCalls calls={evidence.model_calls} cost={evidence.cost} />
      <RunBudget run={evidence.run} cost={evidence.cost} />
      <ChainPanel chain={evidence.chain} processes={processes} />
      <Rollback runId={evidence.run.run_id} />
    </>
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
