import type { TimelineEntry } from '../../api/evidence-shapes.ts';
import type { AgentProcess } from '../../format/processes.ts';
import { utcParts } from '../../format/time.ts';
import { Empty } from '../../parts/states.tsx';
import { Entry } from './entry.tsx';

interface TimelineProps {
  readonly entries: readonly TimelineEntry[];
  /** Whether content was asked for and came. */
  readonly asked?: boolean;
  /** Those of the agent, where there were several. */
  readonly processes?: readonly AgentProcess[];
}

/** A run's records in order of time, with the day said where it changes. */
export function Timeline({ entries, asked = false, processes = [] }: TimelineProps) {
  if (entries.length === 0) return <Empty>No evidence is stored for this.</Empty>;
  return (
    <ol className="timeline">
      {withDays(entries).map(({ entry, day, key }) => (
        <li key={key} className={`entry entry-${entry.source === 'service' ? 'service' : 'agent'}`}>
          {day !== undefined && <p className="day">{day} UTC</p>}
          <Entry entry={entry} asked={asked} process={processOf(entry, processes)} />
        </li>
      ))}
    </ol>
  );
}

function processOf(entry: TimelineEntry, processes: readonly AgentProcess[]): AgentProcess | undefined {
  return processes.length < 2 ? undefined : processes.find(({ writer }) => writer === entry.writer);
}

function withDays(entries: readonly TimelineEntry[]) {
  let before: string | undefined;
  return entries.map((entry, index) => {
    const day = utcParts(entry.time)?.date;
    const changed = day !== before;
    before = day;
    return { entry, day: changed ? day : undefined, key: `${index} ${entry.hash ?? entry.time}` };
  });
}
