import type { TimelineEntry } from '../api/evidence-shapes.ts';
import { type ContentField, contentFields } from './content.ts';

/** A fact that an output states, and what it rests on. */
export interface CitedFact {
  /** `source`, `inference`, or what the record says instead. */
  readonly origin: string;
  /** Of a source: the system that it was read from, and where in it. */
  readonly system: string | null;
  readonly reference: string | null;
  /** Of an inference. */
  readonly model: string | null;
  readonly statement: Statement;
}

/** The words of a record that are content: there, kept back by the workflow, or not with what was asked for. */
export type Statement =
  | { readonly kind: 'said'; readonly text: string; readonly field: ContentField }
  | { readonly kind: 'withheld'; readonly field: ContentField }
  | { readonly kind: 'absent' };

/** The fact of a `source_cited` record; undefined for every other. What it rests on is read from the record alone, never from content. */
export function factOf(entry: TimelineEntry): CitedFact | undefined {
  if (entry.kind !== 'source_cited') return undefined;
  const { system, reference, model, origin } = entry.detail ?? {};
  return {
    origin: textOf(origin) ?? 'not stated',
    system: textOf(system),
    reference: textOf(reference),
    model: textOf(model) ?? entry.model,
    statement: statementOf(entry),
  };
}

/** That a run handed over to a person. */
export interface Escalation {
  readonly at: string;
  readonly to: string | null;
  readonly why: Statement;
}

export function escalationOf(entry: TimelineEntry): Escalation | undefined {
  if (entry.kind !== 'escalated') return undefined;
  return { at: entry.time, to: textOf(entry.detail?.['to']), why: statementOf(entry) };
}

function statementOf({ content }: TimelineEntry): Statement {
  const field = contentFields(content ?? {}).find(({ name }) => name === 'output');
  if (field === undefined) return { kind: 'absent' };
  const { value } = field;
  if (value === undefined) return { kind: 'withheld', field };
  return { kind: 'said', text: typeof value === 'string' ? value : JSON.stringify(value), field };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
