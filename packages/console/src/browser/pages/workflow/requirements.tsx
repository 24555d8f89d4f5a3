import type { RequirementsAnswer } from '../../api/workflow-shapes.ts';
import { spanText } from '../../format/span.ts';
import { ClassChip } from '../../parts/chip.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Usd } from '../../parts/money.tsx';
import { Panel } from '../../parts/page.tsx';
import { Shown, ShownOr } from '../../parts/shown.tsx';
import { Table } from '../../parts/table.tsx';
import { AllowedTools } from './allowed-tools.tsx';

interface Props {
  readonly requirements: RequirementsAnswer;
}

/** The eight runtime requirements, in the contract's order. */
export function RequirementPanels({ requirements }: Props) {
  return (
    <>
      <Panel id="allowed" title="1. Allowed tools">
        <AllowedTools tools={requirements.allowed_tools} />
      </Panel>
      <Panel id="blocked" title="2. Blocked tools">
        <p>
          <ShownOr text={requirements.blocked_tools.join(', ')} none="None by name." />{' '}
          <span className="quiet">A tool that is not allowed is refused as well.</span>
        </p>
      </Panel>
      <Gates requirements={requirements} />
      <LogFields requirements={requirements} />
      <Budget requirements={requirements} />
      <Owner requirements={requirements} />
      <Rollback requirements={requirements} />
      <Review requirements={requirements} />
    </>
  );
}

function Gates({ requirements: { approval_gates } }: Props) {
  return (
    <Panel id="gates" title="3. Approval gates">
      {approval_gates.length === 0 ? (
        <p className="empty">No tool waits for an approval.</p>
      ) : (
        <Table
          caption="Approval gates"
          rows={approval_gates}
          id={(gate) => gate.tool}
          columns={[
            { name: 'Tool', head: true, cell: (gate) => <Shown text={gate.tool} /> },
            { name: 'Approvers', cell: (gate) => <Shown text={gate.approvers.join(', ')} /> },
            { name: 'Needed', number: true, cell: (gate) => gate.needed },
            { name: 'Expires after', number: true, cell: (gate) => spanText(gate.expires_seconds) },
          ]}
        />
      )}
    </Panel>
  );
}

function LogFields({ requirements: { log_fields } }: Props) {
  return (
    <Panel id="log" title="4. Log fields">
      <Table
        caption="Log fields"
        rows={log_fields}
        id={(row) => String(row.action_class)}
        columns={[
          { name: 'Class', head: true, cell: (row) => <ClassChip value={row.action_class} /> },
          { name: 'Fields', cell: (row) => row.fields.map((field) => field.replaceAll('_', ' ')).join(', ') },
        ]}
      />
    </Panel>
  );
}

function Budget({ requirements: { budget_limit } }: Props) {
  const { per_call, per_run, per_day, per_month, warn_at_percent } = budget_limit;
  const limit = (amount: string | undefined) =>
    amount === undefined ? <span className="none">no limit</span> : <Usd amount={amount} />;
  return (
    <Panel id="budget" title="5. Budget limit">
      <Facts
        items={{
          'One model call': limit(per_call),
          'One run': limit(per_run),
          'One UTC day': limit(per_day),
          'One UTC month': limit(per_month),
          'Warnings at':
            warn_at_percent.length === 0 ? undefined : warn_at_percent.map((one) => `${one} %`).join(', '),
        }}
      />
    </Panel>
  );
}

function Owner({ requirements: { owner } }: Props) {
  return (
    <Panel id="owner" title="6. Owner">
      <Facts
        items={{
          Owner: <Shown text={`${owner.name} <${owner.email}>`} />,
          Escalation: <Shown text={`${owner.escalation.name} <${owner.escalation.email}>`} />,
          'Incident path': <ShownOr text={owner.incident.join(', ')} />,
        }}
      />
    </Panel>
  );
}

function Rollback({ requirements: { rollback_path } }: Props) {
  return (
    <Panel id="rollback" title="7. Rollback path">
      <Facts
        items={{
          'Decided by': <Shown text={rollback_path.decided_by} />,
          'The whole run': <ShownOr text={rollback_path.run ?? null} none="not described" />,
          ...Object.fromEntries(
            Object.entries(rollback_path.tools).map(([tool, note]) => [
              `Tool ${tool}`,
              <Shown key={tool} text={note} />,
            ]),
          ),
        }}
      />
    </Panel>
  );
}

function Review({ requirements: { review_cadence } }: Props) {
  return (
    <Panel id="cadence" title="8. Review cadence">
      {review_cadence === null ? (
        <p className="empty">No tool of class 2, so no samples are reviewed.</p>
      ) : (
        <Facts
          items={{
            'Share of class-2 actions': `${Math.round(review_cadence.sample_rate * 1000) / 10} %`,
            'At least each week': review_cadence.minimum_per_week,
            'Due after': spanText(review_cadence.deadline_seconds),
            Reviewers: <Shown text={review_cadence.reviewers.join(', ')} />,
          }}
        />
      )}
    </Panel>
  );
}
