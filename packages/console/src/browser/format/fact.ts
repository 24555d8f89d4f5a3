import type { TimelineEntry } from '../api/evidence-shapes.ts';

/** A fact that an output states, and what it rests on. */
export interface CitedFact {
  /** `source`, `inference`, or what the record says instead. */
  readonly origin: string;
  /** Content: null until it was asked for, or where this account may not read it. */
  readonly statement: string | null;
  /** Where it was read: `crm account/42`; for an inference, the model. */
  readonly rests_on: string | null;
}

/** The fact of a `source_cited` record; undefined for every other. What it rests on is read from the record alone, never from content. */
export function factOf(entry: TimelineEntry): CitedFact | undefined {
  if (entry.kind !== 'source_cited') return undefined;
  const { system, reference, model, origin } = entry.detail ?? {};
  const place = [textOf(system), textOf(reference)].filter((part) => part !== null).join(' ');
  return {
    origin: textOf(origin) ?? 'not stated',
    statement: textOf(entry.content?.['output']),
    rests_on: place !== '' ? place : (textOf(model) ?? entry.model),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
