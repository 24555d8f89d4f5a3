import { addUsd, compareUsd, subtractUsd } from '@tollgate/contract';
import { seconds } from '../state/time.ts';
import { defineControl, type Finding, type JudgeContext } from './control.ts';
import { COUNTED_CALLS, type CountedCalls, countedCalls } from './counted-calls.ts';
import { EXAMPLE_RESUMED_RUN, EXAMPLE_TIME, exampleRow } from './examples.ts';
import { overLimit } from './over-limit.ts';
import { isForeign } from './rows.ts';

/** What a run spent on its counted calls. */
interface Spend {
  readonly run_id: string;
  readonly principal: string;
  readonly workflow: string;
  /** Decimal US dollars of the priced calls only. */
  readonly spent: string;
  readonly calls: number;
  readonly unpriced_calls: number;
  readonly last: bigint;
  readonly since: bigint;
}

const example = (changes: Partial<CountedCalls> = {}): CountedCalls => ({
  ...exampleRow(),
  ...{
    principal: 'ops-agent',
    provider: 'openai',
    model: 'gpt-4o',
    unpriced: false,
    reason: '',
    calls: 3,
    spent: '1',
  },
  ...{ last: EXAMPLE_TIME, until: EXAMPLE_TIME },
  ...changes,
});

export const budgetBreach = defineControl({
  control: 'budget_breach',
  severity: 'critical',
  description:
    'What a run, and all runs of a workflow in a UTC day or month, spent lies within the budget of the registered policy, and what a run spent is in the ledger. Unpriced calls are not in the sum and are named beside it.',
  graceSeconds: 0,
  clears: 'the spend counts as less now, or the limit of the policy in force is higher',
  query: COUNTED_CALLS,
  row: countedCalls,
  judge: (rows, context) =>
    spendsOf(rows, context).flatMap((spend) => [...breachOf(spend, context), ...driftOf(spend, context)]),
  examples: {
    passes: [
      { name: 'exactly at the limit', rows: [example({ spent: '1.000000000000000' })] },
      { name: 'what another key spent', rows: [example({ principal: 'sales-agent', spent: '2' })] },
      {
        name: 'what the ledger has, or less',
        rows: [example({ run_id: EXAMPLE_RESUMED_RUN, spent: '0.500000000000000' })],
      },
      {
        name: 'unpriced calls break nothing by themselves',
        rows: [example({ spent: '0', unpriced: true, reason: 'no_price' })],
      },
    ],
    fails: [
      { name: 'a run a fraction over', rows: [example({ spent: '1.000000000000001' })] },
      {
        name: 'a run by what it spent on two models',
        rows: [example({ spent: '0.6' }), example({ model: 'gpt-4.1', spent: '0.400000000000001' })],
      },
      {
        name: 'more in the evidence than in the ledger',
        rows: [example({ run_id: EXAMPLE_RESUMED_RUN, spent: '0.500000001' })],
      },
    ],
  },
});

/**
 * What is one spend: what the principal spent that registered the run, since a stranger's calls are no breach of it (`run_registered` flags
 * them); of a run that nobody registered, what each principal spent.
 */
function spendsOf(rows: readonly CountedCalls[], context: JudgeContext): Spend[] {
  const own = rows.filter((row) => !isForeign(row, context));
  const spends = Map.groupBy(own, ({ run_id, principal }) =>
    context.run(run_id) === undefined ? JSON.stringify([run_id, principal]) : run_id,
  );
  return [...spends.values()].map(spendOf);
}

function spendOf(rows: readonly CountedCalls[]): Spend {
  const [first] = rows;
  const calls = (of: readonly CountedCalls[]) => of.reduce((sum, row) => sum + row.calls, 0);
  return {
    run_id: first?.run_id ?? '',
    principal: first?.principal ?? '',
    workflow:
      rows
        .map(({ workflow }) => workflow)
        .sort()
        .at(-1) ?? '',
    spent: rows.reduce((sum, row) => addUsd(sum, row.spent), '0'),
    calls: calls(rows),
    unpriced_calls: calls(rows.filter(({ unpriced }) => unpriced)),
    last: latest(rows.map(({ last }) => last)),
    since: latest(rows.map(({ until }) => until)),
  };
}

const latest = (times: readonly bigint[]): bigint => times.toSorted((a, b) => Number(a - b)).at(-1) ?? 0n;

function breachOf(spend: Spend, context: JudgeContext): Finding[] {
  const run = context.run(spend.run_id);
  const policy =
    (run && context.policies.at(run.workflow, run.policy_version)) ??
    context.policies.inForce(spend.workflow, spend.last);
  const limit = policy?.budget_limit.per_run;
  if (policy === undefined || limit === undefined) return [];
  const key = run === undefined && spend.principal !== '' ? `run:${spend.principal}` : 'run';
  return overLimit(
    { ...spend, period: 'run', key, name: spend.run_id, scope: spend.run_id, subject: 'The run' },
    policy,
    limit,
  );
}

/** A process settles as it goes, and all of it when its run ends. */
const SETTLED_WITHIN = seconds(120);
const MENDED_WITHIN = seconds(86_400);
const RECHECKED_EVERY = seconds(60);

/** The ledger rules, so what was spent past it is a finding: a call without a lease, or a settlement that is too low. */
function driftOf(spend: Spend, context: JudgeContext): Finding[] {
  const { run_id, spent, since } = spend;
  const ledger = context.ledger(run_id);
  const run = context.run(run_id);
  if (ledger === undefined || run === undefined || compareUsd(spent, ledger) <= 0) return [];
  const { workflow, owner, team } = run;
  return [
    {
      ...{ scope: run_id, key: 'drift', run_id, workflow, owner, team },
      since: since + SETTLED_WITHIN,
      // A settlement leaves nothing in the store that would have the run judged again.
      ...(context.now < since + MENDED_WITHIN ? { recheck_at: context.now + RECHECKED_EVERY } : {}),
      severity: 'warning',
      summary: `The evidence of the run shows ${spent} USD, ${subtractUsd(spent, ledger)} more than its process settled with the ledger.`,
      evidence: { spent_usd: spent, ledger_usd: ledger, calls: spend.calls },
    },
  ];
}
