import type { TimelineEntry } from '../api/evidence-shapes.ts';

/** One process of the agent that took part in a run; each writes a chain of its own. */
export interface AgentProcess {
  readonly writer: string;
  /** From 1, in the order in which the service got to know them. */
  readonly number: number;
  /** `unknown`: it wrote evidence, and the service has no record of it. */
  readonly how: 'started' | 'resumed' | 'unknown';
  /** By the service's clock; null where it knows nothing of it. */
  readonly at: string | null;
  /** The principal of its key, as the service authenticated it. */
  readonly by: string | null;
}

type Known = Omit<AgentProcess, 'number'>;

/** The processes of a run, as the service recorded them; what an agent says of itself adds nothing but its writer. Pure. */
export function processesOf(timeline: readonly TimelineEntry[]): readonly AgentProcess[] {
  const known = timeline.flatMap(knownTo);
  const others = timeline.flatMap(({ source, writer }): Known[] =>
    source === 'service' || writer === null ? [] : [{ writer, how: 'unknown', at: null, by: null }],
  );
  const byWriter = Map.groupBy([...known, ...others], ({ writer }) => writer);
  return [...byWriter.values()].flatMap(([first], index) =>
    first === undefined ? [] : [{ ...first, number: index + 1 }],
  );
}

function knownTo({ source, kind, detail, time, actor }: TimelineEntry): Known[] {
  const writer = detail?.['writer'];
  if (source !== 'service' || typeof writer !== 'string') return [];
  if (kind === 'run_registered') return [{ writer, how: 'started', at: time, by: actor }];
  return kind === 'run_resumed' ? [{ writer, how: 'resumed', at: time, by: actor }] : [];
}

/** `process 2, which resumed the run` */
export function processText({ number, how }: AgentProcess): string {
  const what = {
    started: 'started the run',
    resumed: 'resumed the run',
    unknown: 'the service does not know',
  }[how];
  return `process ${number}, which ${what}`;
}
