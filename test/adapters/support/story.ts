import type { EvidenceRecord } from '@tollgate/contract';
import type { Run, RunResult, StartOptions } from '@tollgate/instrumentation';
import { type House, SAM } from '../../../packages/instrumentation/test/support/house.ts';
import { chainOf, type StoredSpan } from '../../../packages/instrumentation/test/support/spans.ts';
import type { Driver, Scene, Transcript, Turn, TurnCall, TurnUsage } from '../driver.ts';
import { type Asked, attend, type Decide, refuseAll } from './approver.ts';

/** One run of a case: what the framework's agent is to do, and what people do meanwhile. */
export interface Story extends Partial<Omit<Scene, 'tollgate' | 'run'>> {
  readonly turns: readonly Turn[];
  /** Default: whatever is asked for is refused. */
  readonly approver?: Decide;
  readonly start?: Partial<StartOptions>;
  readonly runSignal?: AbortSignal;
  /** The case itself keeps the service from being heard. */
  readonly silence?: boolean;
  /** The body of the run; default: the driver once. */
  readonly body?: (drive: (changes?: Partial<Scene>) => Promise<Transcript>, run: Run) => Promise<Transcript>;
}

/**
 * The machine was too busy for the service to be heard within a second, and the gate refused, as it should. That says nothing
 * about the adapter: the cell is played again.
 */
export class TooBusy extends Error {}

/** How it went: facts only. */
export interface Told {
  readonly transcript: Transcript;
  readonly result: RunResult<Transcript>;
  readonly asked: readonly Asked[];
  /** The run's evidence as the collector has it, in the order of its chain, which is whole. */
  readonly spans: readonly StoredSpan[];
  readonly records: readonly EvidenceRecord[];
}

/** Plays a story in a run of its own, initiated by a signed-in person, and reads its evidence from the collector. */
export async function tell(driver: Driver, house: House, story: Story): Promise<Told> {
  const tollgate = await house.start(story.start);
  const over = new AbortController();
  const attending = attend(house, story.approver ?? refuseAll, over.signal);
  // Heard of below, unless the run itself fails first.
  attending.catch(() => {});
  let result: RunResult<Transcript>;
  let reasons = (): readonly string[] => [];
  try {
    result = await tollgate.run(
      {
        initiator: 'the case',
        initiatorToken: house.tokenOf(SAM),
        ...(story.runSignal === undefined ? {} : { signal: story.runSignal }),
      },
      (run) => {
        reasons = () => run.refusals().map(({ reason }) => reason);
        const scene: Scene = { tools: [], stream: false, model: modelOf(driver), ...story, tollgate, run };
        const drive = (changes: Partial<Scene> = {}) => driver.drive({ ...scene, ...changes });
        return story.body === undefined ? drive() : story.body(drive, run);
      },
    );
  } finally {
    over.abort();
  }
  const asked = await attending;
  house.service.mode = 'open';
  house.collector.mode = 'open';
  await tollgate.flush(20_000);
  const spans = chainOf(house.spans(), result.runId);
  if (story.silence !== true && reasons().includes('service_unreachable'))
    throw new TooBusy('the service was not heard within a second');
  const { output } = result;
  // A driver never rejects; one that does has not understood what it drives.
  if (output === undefined) throw new Error('the driver rejected', { cause: result.error });
  return { transcript: output, result, asked, spans, records: spans.map(({ record }) => record) };
}

/** The driver's model with a price. */
export function modelOf(driver: Driver): Scene['model'] {
  return 'none' in driver.models
    ? { provider: 'openai', id: 'gpt-4o-mini' }
    : { provider: driver.models.provider, id: driver.models.priced };
}

const USAGE: TurnUsage = { inputTokens: 100, outputTokens: 20 };

/** The model calls tools, in parallel where the framework does that. */
export function calls(...wanted: readonly (readonly [id: string, tool: string, args: unknown])[]): Turn {
  return callsOf(wanted.map(([id, tool, args]) => ({ id, tool, json: JSON.stringify(args) })));
}

/** The same with the arguments' text as the model wrote it. */
export function callsOf(written: readonly TurnCall[]): Turn {
  return { calls: written, usage: USAGE };
}

export function says(text: string, usage: TurnUsage | undefined = USAGE): Turn {
  return { text, usage };
}
