import { Link, useParams } from 'react-router';
import type { Change } from '../api/actions.ts';
import { useApproval } from '../api/queries.ts';
import { useSession } from '../api/session.ts';
import type { Approval } from '../api/shapes.ts';
import { Badge, Chip, ClassChip } from '../parts/chip.tsx';
import { Countdown } from '../parts/due.tsx';
import { Facts } from '../parts/facts.tsx';
import { JsonText } from '../parts/json-view.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { ReasonForm } from '../parts/reason-form.tsx';
import { Id, Shown, ShownOr } from '../parts/shown.tsx';
import { Answered } from '../parts/states.tsx';
import { Utc } from '../parts/utc.tsx';
import { actionText, classReason } from './approval-class.ts';
import { Decisions } from './approval-decisions.tsx';
import { BreakGlass, brokenLook, GlassBroken } from './approval-glass.tsx';

export function ApprovalPage() {
  const { id = '' } = useParams();
  const query = useApproval(id);
  const title = query.data === undefined ? 'Approval' : `Approval of ${query.data.tool}`;
  return (
    <Page title={title} above={<Link to="/approvals">Approvals</Link>}>
      <Answered query={query}>{(approval) => <Body approval={approval} />}</Answered>
    </Page>
  );
}

function Body({ approval }: { readonly approval: Approval }) {
  return (
    <div className="stack">
      <Panel
        id="call"
        title={TITLES[approval.state] ?? 'What was asked for'}
        aside={<State approval={approval} />}
      >
        <Facts
          items={{
            Tool: <Shown code text={approval.tool} />,
            Action: <ShownOr text={approval.action === null ? null : actionText(approval.action)} />,
            Class: <ClassChip value={approval.action_class} />,
            'Why class 3': classReason(approval),
          }}
        />
        <h3>Arguments, whole and unredacted</h3>
        {approval.arguments === null ? (
          <p className="notice">
            Only those who may decide this call, or break its glass, can read what it would do. These may
            decide: <ShownOr text={approval.approvers.join(', ')} none="nobody by name" />.
          </p>
        ) : (
          <JsonText text={approval.arguments} label="Arguments" />
        )}
        <h3>How to undo it</h3>
        <p>
          <ShownOr text={approval.rollback_note} none="not shown to this account" />
        </p>
        {approval.purpose !== null && (
          <>
            <h3>Why the agent wants it, in its own words</h3>
            <blockquote className="claim">
              <Shown text={approval.purpose} />
            </blockquote>
          </>
        )}
      </Panel>
      {approval.state === 'waiting' && <Decide approval={approval} />}
      {approval.state === 'waiting' && <BreakGlass approval={approval} />}
      <GlassBroken approval={approval} />
      <Decisions approval={approval} />
      <Panel id="request" title="The request">
        <Facts items={requestFacts(approval)} />
      </Panel>
    </div>
  );
}

const TITLES: Readonly<Record<string, string>> = {
  waiting: 'What will be executed',
  approved: 'What will be executed',
  consumed: 'What was let through',
};

/** A call that was let through without approval never looks like one that was approved. */
function State({ approval: { state, break_glass } }: { readonly approval: Approval }) {
  return break_glass === null ? (
    <Chip of="approval_state" word={state} />
  ) : (
    <Badge look={brokenLook(state)} />
  );
}

function requestFacts(approval: Approval) {
  return {
    Workflow: (
      <Link to={`/workflows/${encodeURIComponent(approval.workflow)}`}>
        <Shown text={approval.workflow} />
      </Link>
    ),
    Run: (
      <Link to={`/runs/${encodeURIComponent(approval.run_id)}`}>
        <Id value={approval.run_id} />
      </Link>
    ),
    Owner: approval.owner === null ? undefined : <Shown text={approval.owner} />,
    Team: approval.team === null ? undefined : <Shown text={approval.team} />,
    Initiator: (
      <>
        <ShownOr text={approval.initiator} none="not stated" />{' '}
        {approval.initiator_verified === false && <span className="quiet">(claimed, not verified)</span>}
      </>
    ),
    Requested: <Utc iso={approval.requested_at} form="second" />,
    Expires:
      approval.state === 'waiting' ? (
        <Countdown iso={approval.expires_at} />
      ) : (
        <Utc iso={approval.expires_at} form="second" />
      ),
    'May approve':
      approval.approvers.length === 0 ? undefined : <Shown text={approval.approvers.join(', ')} />,
    'Asked by': approval.requested_by === null ? undefined : <Shown text={approval.requested_by} />,
    'Approvals needed': approval.needed ?? undefined,
    'Policy version': approval.policy_version === null ? undefined : <Id value={approval.policy_version} />,
    Binding: <Id value={approval.binding} />,
  };
}

function Decide({ approval }: { readonly approval: Approval }) {
  const who = useSession().data?.name;
  const decide =
    (decision: 'approve' | 'refuse') =>
    (reason: string): Change => ({
      ...{ what: 'decide', id: approval.approval_id, decision, reason },
    });
  return (
    <Panel id="decide" title="Your decision" aside={<Countdown iso={approval.expires_at} />}>
      {approval.can_decide ? (
        <ReasonForm
          label="Reason"
          hint="Kept with the evidence, and read by the agent and the person behind it. Your approval holds for these exact arguments, once."
          choices={[
            { text: 'Approve this call', tone: 'primary', change: decide('approve'), done: 'Approved.' },
            { text: 'Refuse it', tone: 'danger', change: decide('refuse'), done: 'Refused.' },
          ]}
        />
      ) : (
        <p className="notice">
          {who !== undefined && who === approval.initiator
            ? 'You started this run, so another approver has to decide: nobody approves their own.'
            : 'This account may not decide it: the workflow names others, or you have part in the run.'}
        </p>
      )}
    </Panel>
  );
}
