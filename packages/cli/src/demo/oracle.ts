/**
 * What the demo has to come out as, worked out from the scripts alone: no query, no gate, no price list of Tollgate's.
 * A test holds the whole pipeline against it. Money is counted in whole billionths of a dollar.
 */
import type { Scenario } from './scenario.ts';
import type { Meets, ScriptedUsage, Step } from './script.ts';

export interface ExpectedCall {
  readonly tool: string;
  readonly verdict: string;
  readonly enforcement: string;
  /** Empty where the tool did not run. */
  readonly outcome: string;
  readonly reason: string | undefined;
  readonly field: string | undefined;
}

export interface ExpectedCost {
  readonly calls: number;
  readonly unpriced_calls: number;
  /** US dollars of the priced calls, without trailing zeros. */
  readonly cost_usd: string;
}

export interface ExpectedRun extends ExpectedCost {
  readonly scenario: string;
  readonly workflow: string;
  readonly status: string;
  readonly tool_calls: readonly ExpectedCall[];
  /** Why the gate did not let the model be asked again; undefined where it always did. */
  readonly refused_model_call: { readonly reason: string; readonly field: string } | undefined;
  /** How its approval stands at the end; undefined where it asked for none. */
  readonly approval: 'consumed' | 'refused' | 'expired' | 'waiting' | undefined;
  readonly citations: { readonly source: number; readonly inference: number };
}

export interface ExpectedFlag {
  readonly control: string;
  readonly severity: 'info' | 'warning' | 'critical';
  readonly scenario: string;
}

export interface Expectations {
  readonly runs: readonly ExpectedRun[];
  readonly costs: Readonly<Record<string, ExpectedCost>>;
  readonly flags: readonly ExpectedFlag[];
}

/** Billionths of a dollar per token, as published in November 2026 (1 = 0.001 US dollars per million tokens). */
const PRICES: Readonly<Record<string, { input: bigint; read: bigint; write: bigint; output: bigint }>> = {
  'openai/gpt-5': { input: 1_250n, read: 125n, write: 1_250n, output: 10_000n },
  'openai/gpt-5-mini': { input: 250n, read: 25n, write: 250n, output: 2_000n },
  'anthropic/claude-haiku-4-5': { input: 1_000n, read: 100n, write: 1_250n, output: 5_000n },
  'anthropic/claude-opus-4-1': { input: 15_000n, read: 1_500n, write: 18_750n, output: 75_000n },
  'google/gemini-2.5-flash': { input: 300n, read: 30n, write: 300n, output: 2_500n },
};

/** Tools that leave something behind for a person to review, and whether anybody has to do so before the demo ends. */
const SAMPLED: Readonly<Record<string, 'overdue' | 'due_later'>> = {
  open_pull_request: 'due_later',
  create_requirement: 'overdue',
};

export function expectations(scenarios: readonly Scenario[]): Expectations {
  const runs = scenarios.map(expectedRun);
  const workflows = [...new Set(scenarios.map(({ workflow }) => workflow))];
  return {
    runs,
    costs: Object.fromEntries(
      workflows.map((workflow) => [workflow, costOf(scenarios.filter((each) => each.workflow === workflow))]),
    ),
    flags: scenarios.flatMap(expectedFlags),
  };
}

function expectedRun(scenario: Scenario): ExpectedRun {
  const met = callsOf(scenario);
  const approval = met.find(({ meets }) => meets.verdict === 'require_approval')?.meets.enforcement;
  const facts = scenario.facts ?? [];
  return {
    scenario: scenario.name,
    workflow: scenario.workflow,
    status: statusOf(scenario),
    ...costOf([scenario]),
    tool_calls: met.map(({ tool, meets }) => ({
      tool,
      verdict: meets.verdict,
      enforcement: meets.enforcement,
      outcome: meets.outcome ?? '',
      reason: meets.reason,
      field: meets.field,
    })),
    refused_model_call: refusedStep(scenario),
    approval: approval === 'executed' ? 'consumed' : approval === 'blocked' ? undefined : approval,
    citations: {
      source: facts.filter(({ origin }) => origin === 'source').length,
      inference: facts.filter(({ origin }) => origin === 'inference').length,
    },
  };
}

/** The steps whose model call is made: not after a run waits for a person, and not where the gate refuses the call. */
function stepsMade({ script }: Scenario): readonly Step[] {
  const waits = script.findIndex(({ calls }) => calls.some(({ meets }) => meets.enforcement === 'waiting'));
  const reached = waits === -1 ? script : script.slice(0, waits + 1);
  return reached.filter(({ refused }) => refused === undefined);
}

const refusedStep = ({ script }: Scenario) => script.find(({ refused }) => refused !== undefined)?.refused;

const callsOf = (scenario: Scenario) => stepsMade(scenario).flatMap(({ calls }) => calls);

/** A refusal ends a run when nothing came after it; an escalation ends it whatever came before. */
function statusOf(scenario: Scenario): string {
  if (scenario.escalation !== undefined) return 'escalated';
  if (refusedStep(scenario)?.reason === 'over_budget') return 'over_budget';
  const last: Meets | undefined = callsOf(scenario).at(-1)?.meets;
  if (last?.enforcement === 'waiting') return 'unsealed';
  if (last === undefined || last.enforcement === 'executed') return 'completed';
  return last.enforcement;
}

function costOf(scenarios: readonly Scenario[]): ExpectedCost {
  let billionths = 0n;
  let calls = 0;
  let unpriced_calls = 0;
  for (const scenario of scenarios)
    for (const { usage } of stepsMade(scenario)) {
      const cost = callCost(`${scenario.model.provider}/${scenario.model.model}`, usage);
      calls += 1;
      if (cost === undefined) unpriced_calls += 1;
      else billionths += cost;
    }
  return { calls, unpriced_calls, cost_usd: dollars(billionths) };
}

function callCost(model: string, usage: ScriptedUsage): bigint | undefined {
  const price = PRICES[model];
  if (price === undefined) return undefined;
  const { input, output, cacheRead = 0, cacheWrite = 0 } = usage;
  return (
    BigInt(input - cacheRead - cacheWrite) * price.input +
    BigInt(cacheRead) * price.read +
    BigInt(cacheWrite) * price.write +
    BigInt(output) * price.output
  );
}

function dollars(billionths: bigint): string {
  const digits = billionths.toString().padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '');
}

/** Open flags at the end. What is raised only after a grace period is here too; `LATER` names those controls. */
function expectedFlags(scenario: Scenario): ExpectedFlag[] {
  const flag = (control: string, severity: ExpectedFlag['severity']) => ({
    control,
    severity,
    scenario: scenario.name,
  });
  const met = callsOf(scenario);
  const heldBack = met.filter(({ meets }) => ['blocked', 'refused', 'expired'].includes(meets.enforcement));
  const sampled = met.filter(({ tool, meets }) => meets.outcome !== undefined && SAMPLED[tool] !== undefined);
  return [
    ...heldBack.map(() => flag('refused_actions', 'info')),
    // What comes near its limit is warned of before; nothing goes beyond it.
    ...(refusedStep(scenario)?.reason === 'over_budget'
      ? [flag('refused_actions', 'info'), flag('budget_warning', 'info')]
      : []),
    ...(scenario.escalation === undefined ? [] : [flag('escalation_noted', 'info')]),
    ...(costOf([scenario]).unpriced_calls === 0 ? [] : [flag('model_call_priced', 'warning')]),
    ...(scenario.review === undefined
      ? sampled.map(({ tool }) => flag('unreviewed_sample', SAMPLED[tool] === 'overdue' ? 'warning' : 'info'))
      : []),
  ];
}

/** Controls that wait for late evidence before they raise a flag, longer than the demo runs. */
export const LATER: readonly string[] = ['model_call_priced'];
