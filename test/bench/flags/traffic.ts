import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Agent, type LandingRow, span } from '../../../packages/query-service/test/flags/agent.ts';
import { Keystream } from '../ingest/load/keystream.ts';
import { plainSpan } from '../ingest/load/span.ts';
import { sentence } from '../ingest/load/words.ts';
import { bodyOfRows } from './otlp-body.ts';
import { WORKFLOW } from './workflow.ts';

/** Steps of a run: a model call, decision and end of a tool call, and what an HTTP client says of it. */
const STEPS = 6;
/** Start, steps and seal. */
export const SPANS_PER_RUN = 2 + STEPS * 4;
/** One run in so many calls a tool that its workflow does not list. */
const RUNS_PER_PLANT = 25;
/** What an SDK's exporter gathers. */
const BODY_MS = 100;

export interface PlannedBody {
  /** When it leaves, in milliseconds from the beginning. */
  readonly due: number;
  readonly bytes: Buffer;
  readonly spans: number;
  /** Runs whose violation is complete with this body. */
  readonly plants: readonly string[];
}

interface Timed {
  readonly row: LandingRow;
  readonly at: number;
  readonly plant: string | undefined;
}

export interface TrafficPlan {
  readonly runs: readonly { readonly run_id: string; readonly writer: string }[];
  readonly policy_version: string;
  readonly spansPerSecond: number;
  /** How long a run takes, and so over how many bodies its spans are spread. */
  readonly runSeconds: number;
  /** Milliseconds since 1970, of the first body. */
  readonly start: number;
}

/** Bodies of runs that overlap as those of many agents do: a run's spans are spread over its whole time. */
export function traffic(plan: TrafficPlan): readonly PlannedBody[] {
  const runMs = (SPANS_PER_RUN * 1000) / plan.spansPerSecond;
  const spans = plan.runs.flatMap((run, nth) => spansOf(plan, run, nth, nth * runMs));
  const bodies = Map.groupBy(
    spans.sort((a, b) => a.at - b.at),
    ({ at }) => Math.floor(at / BODY_MS),
  );
  return [...bodies].map(([slot, its]) => ({
    due: (slot + 1) * BODY_MS,
    bytes: gzipSync(bodyOfRows(its.map(({ row }) => row))),
    spans: its.length,
    plants: its.flatMap(({ plant }) => plant ?? []),
  }));
}

function spansOf(
  { policy_version, runSeconds, start }: TrafficPlan,
  { run_id, writer }: TrafficPlan['runs'][number],
  nth: number,
  began: number,
): readonly Timed[] {
  const random = new Keystream(7, nth);
  const identity = { run_id, workflow: WORKFLOW, policy_version, owner: 'owner@example.com', team: 'ops' };
  const agent = new Agent(identity, BigInt(Math.round(start + began)) * 1_000_000n, writer);
  const isPlanted = nth % RUNS_PER_PLANT === RUNS_PER_PLANT - 1;
  const timed: Timed[] = [];
  let taken = 0;
  const take = (step: number, plant?: string) => {
    const at = began + (step * runSeconds * 1000) / (STEPS + 1);
    const rows = agent.rows.slice(taken);
    taken = agent.rows.length;
    for (const [index, row] of rows.entries())
      timed.push({ row, at, plant: index === rows.length - 1 ? plant : undefined });
  };
  agent.start();
  take(0);
  for (let step = 1; step <= STEPS; step++) {
    agent.call('0.0001', {}, { input: sentence(random, 44), output: sentence(random, 24) });
    const { name, attributes } = plainSpan(random);
    const texts = Object.fromEntries(attributes.map(([key, value]) => [key, String(value)]));
    agent.rows.push(
      span({ name, attributes: { ...texts, ...agent.attributes() }, trace_id: agent.trace_id }),
    );
    const isPlant = isPlanted && step === 3;
    if (isPlant) agent.tool('drop_table', 'search', 1, { table: 'tickets' });
    else if (step === STEPS)
      agent.tool('set_status', 'update_status', 2, { id: randomUUID(), status: 'done' });
    else agent.tool('search_tickets', 'search', 1, { words: sentence(random, 6) });
    take(step, isPlant ? run_id : undefined);
  }
  agent.seal();
  take(STEPS + 1);
  return timed;
}
