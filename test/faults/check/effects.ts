import { sha256Hex } from '@tollgate/contract';
import type { Effect } from '../programs/messages.ts';
import { OLA } from '../workflow.ts';
import type { ApprovalEntry, Ledger } from './ledger.ts';
import type { Check } from './violation.ts';

const nameOf = ({ tool, call, run, life }: Effect) => `${tool} ${call} of run ${run} by ${life}`;

/** What the effect itself saw on the service's disk, and what the service still says of it. */
export const liveApproval: Check = ({ sends, approvals }) =>
  sends.flatMap((effect) => {
    const seen = effect.approvals.filter(({ digest }) => digest === effect.digest);
    const consumed = seen.find((one) => one.consumed && one.state === 'consumed');
    if (consumed === undefined)
      return [{ rule: 'live_approval', what: `${nameOf(effect)}: nothing was consumed for it` }];
    const approval = approvals.find(({ approval_id }) => approval_id === consumed.approval_id);
    const flaw = approval === undefined ? 'the service forgot its approval' : flawOf(approval);
    return flaw === undefined ? [] : [{ rule: 'live_approval', what: `${nameOf(effect)}: ${flaw}` }];
  });

function flawOf({
  state,
  decisions,
  needed,
  initiator,
  glass_by,
  consumed,
}: ApprovalEntry): string | undefined {
  if (state !== 'consumed' || !consumed) return `its approval is ${state}`;
  if (glass_by !== undefined) return glass_by === OLA ? undefined : `${glass_by} may not break glass`;
  const approvers = decisions.filter(({ decision }) => decision === 'approve').map(({ email }) => email);
  if (decisions.length !== approvers.length) return 'somebody refused it';
  if (new Set(approvers).size < needed) return `${approvers.length} of ${needed} approved it`;
  return approvers.includes(initiator) ? 'its initiator approved it' : undefined;
}

export const approvalOnce: Check = ({ approvals }) =>
  approvals
    .filter(({ effects }) => effects.length > 1)
    .map(({ approval_id, effects }) => ({
      rule: 'approval_once',
      what: `approval ${approval_id} has ${effects.length} effects: ${effects.map(nameOf).join(', ')}`,
    }));

/** Class 3 once in all; class 2, of which nobody else knows, once in each process. */
export const callOnce: Check = ({ sends, updates }) => [
  ...repeated(sends, ({ run, call }) => `${run} ${call}`),
  ...repeated(updates, ({ run, call, life }) => `${run} ${call} ${life}`),
];

function repeated(effects: readonly Effect[], keyOf: (effect: Effect) => string) {
  return [...Map.groupBy(effects, keyOf)].flatMap(([, same]) => {
    const [first] = same;
    if (first === undefined || same.length < 2) return [];
    return [{ rule: 'call_once', what: `${nameOf(first)} was executed ${same.length} times` } as const];
  });
}

export const wantedOnce: Check = ({ sends }, { trial }) => {
  const wanted = trial.wanted.map(({ tool, args }) => `${tool} ${JSON.stringify(sorted(args))}`);
  const digests = Map.groupBy(wanted, (one) => one);
  const allowed = new Map(
    [...digests].map(([one, same]) => {
      const [tool = '', args = ''] = [one.slice(0, one.indexOf(' ')), one.slice(one.indexOf(' ') + 1)];
      return [`${tool} ${sha256Hex(args)}`, same.length];
    }),
  );
  return [...Map.groupBy(sends, ({ tool, digest }) => `${tool} ${digest}`)].flatMap(([key, effects]) => {
    const times = allowed.get(key) ?? 0;
    if (effects.length <= times) return [];
    const what = `wanted ${times} times, done ${effects.length} times: ${effects.map(nameOf).join(', ')}`;
    return [{ rule: 'wanted_once', what } as const];
  });
};

/** Flat text arguments are canonical once their keys are in order. */
function sorted(args: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Seen in the file at the moment of the effect; and what arrived of it names the same approval. */
export const intentFirst: Check = (ledger) =>
  [...ledger.sends, ...ledger.updates].flatMap((effect) => {
    const intents = ledger.intentsOf(effect);
    if (!effect.intentOnDisk) return [{ rule: 'intent_first', what: `${nameOf(effect)}: no intent on disk` }];
    if (intents.length === 0)
      return [{ rule: 'intent_first', what: `${nameOf(effect)}: its intent is lost` }];
    const approval = effect.approvals.find(({ consumed }) => consumed)?.approval_id;
    const fits = intents.some(({ approval_id }) => approval_id === approval);
    return fits
      ? []
      : [{ rule: 'intent_first', what: `${nameOf(effect)}: its intent names another approval` }];
  });

/** A process that lives on says how it went; of one that died, whoever asks for the same call again says that nobody knows. */
export const outcomeTold: Check = (ledger, { deaths, heard }) => {
  const died = new Set(deaths.map(({ life }) => life));
  const isAskedAgain = ({ run, call }: Effect) =>
    heard.some(
      ({ said }) =>
        said.kind === 'refused' &&
        said.reason === 'already_dispatched' &&
        said.run === run &&
        said.call === call,
    );
  const untold = openEnds(ledger).filter((effect) => !died.has(effect.life) || isAskedAgain(effect));
  return [
    ...untold.map(
      (effect) => ({ rule: 'outcome_told', what: `${nameOf(effect)}: nobody says how it went` }) as const,
    ),
    ...claims(ledger),
  ];
};

/** Effects whose intent stands alone: neither a success of their own process, nor an `unknown` of another. */
export function openEnds(ledger: Ledger): readonly Effect[] {
  return [...ledger.sends, ...ledger.updates].filter(({ run, call, life, tool }) => {
    const ends = ledger.endsOf(run, call);
    if (ends.some((end) => end.life === life && end.record.outcome === 'succeeded')) return false;
    return tool === 'set_status' || !ends.some(({ record }) => record.outcome === 'unknown');
  });
}

function claims({ records, sends, updates }: Ledger) {
  return records
    .filter(({ record }) => record.kind === 'tool_finished' && record.outcome === 'succeeded')
    .filter(
      ({ life, record }) =>
        ![...sends, ...updates].some(
          (effect) => effect.life === life && effect.run === record.run_id && effect.call === record.call_id,
        ),
    )
    .map(({ record }) => ({
      rule: 'outcome_told' as const,
      what: `${record.tool} ${record.call_id} of run ${record.run_id} is said to have succeeded, and has no effect`,
    }));
}
