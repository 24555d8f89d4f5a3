import { Link, useParams } from 'react-router';
import { useWorkflow } from '../api/queries.ts';
import type { WorkflowDetail } from '../api/workflow-shapes.ts';
import { conditionText } from '../format/detail.ts';
import { Facts } from '../parts/facts.tsx';
import { useMay } from '../parts/may.ts';
import { Page, Panel } from '../parts/page.tsx';
import { ReasonForm } from '../parts/reason-form.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { Id, Shown, ShownOr } from '../parts/shown.tsx';
import { Answered } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { Utc } from '../parts/utc.tsx';
import { BudgetNow } from './workflow/budget-now.tsx';
import { ControlsHeld } from './workflow/controls-held.tsx';
import { RequirementPanels } from './workflow/requirements.tsx';
import { Safeguards } from './workflow/safeguards.tsx';
import { WorkflowState } from './workflows.tsx';

export function WorkflowPage() {
  const { id = '' } = useParams();
  const query = useWorkflow(id);
  return (
    <Page title={`Workflow ${id}`} above={<Link to="/workflows">Workflows</Link>}>
      <Answered query={query}>{(workflow) => <Body workflow={workflow} />}</Answered>
    </Page>
  );
}

function Body({ workflow }: { readonly workflow: WorkflowDetail }) {
  const { requirements } = workflow;
  const name = encodeURIComponent(workflow.workflow);
  return (
    <div className="stack">
      <Panel id="workflow" title="In short" aside={<WorkflowState suspended={workflow.suspended} />}>
        <Facts
          items={{
            Owner: <Shown text={`${requirements.owner.name} <${requirements.owner.email}>`} />,
            Team: <Shown text={requirements.team} />,
            'Data it reads': <ShownOr text={requirements.data.join(', ')} />,
            'Risks it carries': <ShownOr text={requirements.risks.join(', ')} />,
            'Policy version': <Id value={workflow.policy_version} />,
            Suspended: workflow.suspended ? <SuspendedBy workflow={workflow} /> : undefined,
            Evidence: <Link to={`/runs?workflow=${name}`}>Its runs</Link>,
          }}
        />
      </Panel>
      <ControlsHeld workflow={workflow.workflow} />
      <BudgetNow workflow={workflow.workflow} />
      <RequirementPanels requirements={requirements} />
      <Safeguards requirements={requirements} />
      <Versions workflow={workflow} />
      <Suspension workflow={workflow} />
    </div>
  );
}

/** A person, or the key of an agent that met a stop condition; the reason says which. */
function SuspendedBy({ workflow }: { readonly workflow: WorkflowDetail }) {
  const { suspended_by, suspended_at, suspended_reason } = workflow;
  return (
    <>
      by <ShownOr text={suspended_by} none="somebody not named" />
      {suspended_at !== null && (
        <>
          {' at '}
          <Utc iso={suspended_at} form="second" />
        </>
      )}
      {suspended_reason !== null && (
        <>
          {': '}
          <Shown text={conditionText(suspended_reason)} />
        </>
      )}
    </>
  );
}

function Versions({ workflow }: { readonly workflow: WorkflowDetail }) {
  return (
    <Panel id="versions" title="Versions of the file">
      <Table
        caption="Versions"
        rows={workflow.versions}
        id={(one) => `${one.policy_version} ${one.registered_at}`}
        columns={[
          { name: 'Policy version', head: true, cell: (one) => <Id value={one.policy_version} /> },
          { name: 'Registered', cell: (one) => <Utc iso={one.registered_at} form="second" /> },
          { name: 'By', cell: (one) => <ShownOr text={one.registered_by} none="not stated" /> },
          { name: 'Now', cell: (one) => (one.policy_version === workflow.policy_version ? 'in force' : '') },
        ]}
      />
      {workflow.file !== null && (
        <details>
          <summary>The file in force</summary>
          <Scroll className="json" label="Workflow file">
            <pre>
              <Shown code text={workflow.file} />
            </pre>
          </Scroll>
        </details>
      )}
    </Panel>
  );
}

function Suspension({ workflow }: { readonly workflow: WorkflowDetail }) {
  const may = useMay('owner', 'admin');
  if (!may) return null;
  const id = workflow.workflow;
  return (
    <Panel id="suspension" title={workflow.suspended ? 'Resume this workflow' : 'Suspend this workflow'}>
      <ReasonForm
        label="Reason"
        hint={
          workflow.suspended
            ? 'New runs and calls are possible again.'
            : 'Running agents learn of it within a second, and their class-2 and class-3 calls are refused.'
        }
        choices={[
          workflow.suspended
            ? {
                text: 'Resume',
                tone: 'primary',
                change: (reason) => ({ what: 'resume', id, reason }),
                done: 'Resumed.',
              }
            : {
                text: 'Suspend',
                tone: 'danger',
                change: (reason) => ({ what: 'suspend', id, reason }),
                done: 'Suspended.',
              },
        ]}
      />
    </Panel>
  );
}
