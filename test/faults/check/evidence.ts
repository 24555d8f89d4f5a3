import { startChain, verifyChain } from '@tollgate/contract';
import type { ArrivedRecord } from '../lane/evidence-sink.ts';
import type { Said } from '../programs/messages.ts';
import type { ApprovalEntry, Ledger } from './ledger.ts';
import type { Check } from './violation.ts';

export const refusalRecorded: Check = (ledger, { heard }) =>
  heard.flatMap(({ life, said }) => {
    if (said.kind !== 'refused') return [];
    const { run, call, tool, reason, enforcement } = said;
    const found = ledger
      .about(run, call, life)
      .some((one) => one.kind === 'gate_decided' && one.reason === reason && one.enforcement === enforcement);
    if (found) return [];
    return [{ rule: 'refusal_recorded', what: `${tool} ${call} of run ${run} by ${life}: ${reason}` }];
  });

/** What a gate says that knows, or has to assume, that a grant is used up. */
const USED_UP = [
  'already_dispatched',
  'grant_unusable',
  'approval_withdrawn',
  'service_unreachable',
  'evidence_unavailable',
];

/** A call that was given up once its intent was on record failed, and did nothing. */
const NO_SUCCESS = ['unknown', 'failed'];

/** A grant that was used up and did nothing: the process that used it says so, or whoever asks again for what it was. */
export const grantAccounted: Check = (ledger, { heard, deaths }) => {
  const died = new Set(deaths.map(({ life }) => life));
  const isDead = ({ run_id, call_id }: ApprovalEntry) =>
    heard.some(
      ({ life, said }) =>
        died.has(life) &&
        said.kind === 'step' &&
        said.step === 'grant.consuming' &&
        said.run === run_id &&
        said.call === call_id,
    );
  return unaccountedGrants(ledger)
    .filter((approval) => !isDead(approval))
    .map(({ approval_id, call_id, run_id }) => ({
      rule: 'grant_accounted',
      what: `approval ${approval_id} (${call_id} of run ${run_id}) was consumed, and nobody says what became of it`,
    }));
};

/** Nobody speaks of them but the service: their process died, and no other asked for the same again. */
export function unaccountedGrants(ledger: Ledger): readonly ApprovalEntry[] {
  return ledger.approvals
    .filter(({ consumed, effects }) => consumed && effects.length === 0)
    .filter(
      ({ run_id, call_id, approval_id }) =>
        !ledger
          .about(run_id, call_id)
          .some(
            (record) =>
              record.approval_id === approval_id &&
              (NO_SUCCESS.includes(record.outcome ?? '') || USED_UP.includes(record.reason ?? '')),
          ),
    );
}

/** What lay in the outbox when a process was killed, and what a process had been told was written. */
export const nothingLost: Check = (ledger, { runs, deaths, heard }) => {
  const byRun = Map.groupBy(ledger.records, ({ record }) => record.run_id);
  const lost = deaths.flatMap(({ life, frames }) =>
    frames
      .filter(({ runId }) => runs.includes(runId))
      .filter(({ runId, payload }) => !(byRun.get(runId) ?? []).some(({ text }) => payload.includes(text)))
      .map(({ runId }) => `a record of run ${runId} that lay in the outbox when ${life} died`),
  );
  const untrue = heard.flatMap(({ life, said }) =>
    hasArrived(ledger, life, said) ? [] : [wordsOf(life, said)],
  );
  return [...lost, ...untrue].map((what) => ({ rule: 'nothing_lost', what }));
};

function hasArrived(ledger: Ledger, life: string, said: Said): boolean {
  if (said.kind !== 'step') return true;
  const records = () => ledger.about(said.run, said.call, life);
  switch (said.step) {
    case 'approval.waiting_recorded':
      return records().some(({ enforcement }) => enforcement === 'waiting');
    case 'intent.recorded':
      return records().some(({ enforcement }) => enforcement === 'executed');
    case 'end.recorded':
      return records().some(({ kind }) => kind === 'tool_finished');
    default:
      return true;
  }
}

function wordsOf(life: string, said: Said): string {
  return said.kind === 'step' ? `${said.step} of ${said.call}, run ${said.run}, by ${life}` : life;
}

export const chainWhole: Check = ({ records }, { control }) => {
  const chains = Map.groupBy(records, ({ record }) => `${record.run_id} ${record.writer}`);
  const ofAgents = [...chains.values()].flatMap((chain) => flawsOf(chain));
  const ofService = [...control.records].flatMap(([run, texts]) => {
    const { writer = '', policy_version = '' } = JSON.parse(texts[0] ?? '{}') as Record<string, string>;
    const { findings } = verifyChain(startChain(run, writer, policy_version), texts);
    return findings.map(({ kind, index }) => `the service’s chain of run ${run}: ${kind} at ${index}`);
  });
  return [...ofAgents, ...ofService].map((what) => ({ rule: 'chain_whole', what }));
};

function flawsOf(chain: readonly ArrivedRecord[]): readonly string[] {
  const ordered = chain.toSorted((a, b) => a.record.seq - b.record.seq);
  const [first] = ordered;
  if (first === undefined) return [];
  const { run_id, writer, policy_version } = first.record;
  const { findings } = verifyChain(
    startChain(run_id, writer, policy_version),
    ordered.map(({ text }) => text),
  );
  const name = `run ${run_id}, writer ${writer} (${first.life})`;
  const lives = new Set(ordered.map(({ life }) => life));
  return [
    ...findings.map(({ kind, index }) => `${name}: ${kind} at ${index}`),
    ...(lives.size > 1 ? [`${name}: two processes write one chain`] : []),
  ];
}
