import type { EvidenceRecord } from '@tollgate/contract';
import type { TrialFacts } from '../lane/trial-facts.ts';
import type { ApprovalEntry, Ledger } from './ledger.ts';
import type { Check } from './violation.ts';

/** The service was killed as often as anybody: its word holds all the same. */
export const serviceRemembers: Check = (ledger, facts) =>
  [
    ...decisionsForgotten(ledger, facts),
    ...writersForgotten(ledger, facts),
    ...outOfOrder(ledger, facts),
  ].map((what) => ({ rule: 'service_remembers', what }));

function decisionsForgotten({ approvals }: Ledger, { confirmed }: TrialFacts): readonly string[] {
  return confirmed
    .filter(({ approvalId, decision }) => {
      const approval = approvals.find(({ approval_id }) => approval_id === approvalId);
      if (decision === 'break_glass') return approval?.glass_by === undefined;
      return approval?.decisions.some((one) => one.decision === decision) !== true;
    })
    .map(
      ({ approvalId, decision }) => `${decision} of approval ${approvalId} was confirmed and is forgotten`,
    );
}

/** Whoever writes records of a run registered it or went on with it. */
function writersForgotten({ records }: Ledger, { control }: TrialFacts): readonly string[] {
  const known = (run: string) => control.writers.get(run) ?? [];
  const unknown = records.filter(({ record }) => !known(record.run_id).includes(record.writer));
  return [
    ...new Set(unknown.map(({ record }) => `writer ${record.writer} of run ${record.run_id} is unknown`)),
  ];
}

/** Asked, decided, consumed: each once, in that order, in the service's own chain; and nothing of it where the tables have none. */
function outOfOrder({ approvals }: Ledger, { control }: TrialFacts): readonly string[] {
  return approvals.flatMap((approval) => {
    const texts = control.records.get(approval.run_id) ?? [];
    const mine = texts
      .map((text) => JSON.parse(text) as EvidenceRecord)
      .filter(({ approval_id }) => approval_id === approval.approval_id);
    const flaw = flawOf(approval, mine);
    return flaw === undefined ? [] : [`approval ${approval.approval_id}: ${flaw}`];
  });
}

function flawOf(approval: ApprovalEntry, records: readonly EvidenceRecord[]): string | undefined {
  const at = (kind: EvidenceRecord['kind']) => records.findIndex((record) => record.kind === kind);
  const consumptions = records.filter(({ kind }) => kind === 'grant_consumed').length;
  const granted = Math.max(at('approval_decided'), at('glass_broken'));
  if (at('approval_requested') !== 0) return 'nobody asked for it';
  if (consumptions !== (approval.consumed ? 1 : 0)) return `${consumptions} consumptions on record`;
  if (approval.decisions.length > 0 && at('approval_decided') < 0) return 'its decision is not on record';
  if (approval.consumed && !(granted > 0 && granted < at('grant_consumed')))
    return 'consumed before it was granted';
  return undefined;
}

/** The run is gone on with until somebody seals it, and its seal states what its chain holds. */
export const runEnds: Check = ({ records }, { heard, trouble }) => {
  const sealed = heard.flatMap(({ said }) => (said.kind === 'sealed' ? [said.run] : []));
  const seals = records.filter(({ record }) => record.kind === 'run_sealed');
  const missing = sealed.filter((run) => !seals.some(({ record }) => record.run_id === run));
  const wrong = seals.filter(({ record }) => {
    const stated = JSON.stringify(record.detail?.['writers']);
    return stated !== JSON.stringify([{ count: record.seq, head: record.prev, writer: record.writer }]);
  });
  return [
    ...trouble,
    ...(sealed.length === 0 ? ['no run was sealed'] : []),
    ...missing.map((run) => `the seal of run ${run} is lost`),
    ...wrong.map(({ record }) => `the seal of run ${record.run_id} states another chain`),
  ].map((what) => ({ rule: 'run_ends', what }));
};
