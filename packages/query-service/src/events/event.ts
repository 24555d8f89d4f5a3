import type { StoreRow } from '../state/change.ts';

/** What can change, as those who watch are told of it. */
export const EVENT_KINDS = ['approval', 'flag', 'review', 'suspension', 'run', 'budget', 'workflow'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** One change: what, whose, and which. Whoever wants to know more reads the thing itself, with his own rights. */
export interface ServiceEvent {
  readonly kind: EventKind;
  /** What happened, in the words of its kind: `requested`, `open`, `sampled`, `suspended`, `completed` … */
  readonly event: string;
  /** The id of the thing: of an approval, a flag, a sample, a suspension or a run; an account; a workflow. */
  readonly subject: string;
  readonly workflow: string;
  readonly run_id: string | null;
  readonly team: string;
}

interface Reading {
  readonly kind: EventKind;
  /** The column that says what happened; without it, `always` is what happened. */
  readonly event?: string;
  readonly always?: string;
  readonly subject: string;
}

/** How the rows of service tables tell what happened; what is not here is no change of state. */
const READINGS: Readonly<Record<string, Reading>> = {
  approvals: { kind: 'approval', event: 'event', subject: 'approval_id' },
  flags: { kind: 'flag', event: 'state', subject: 'flag_id' },
  samples: { kind: 'review', always: 'sampled', subject: 'sample_id' },
  reviews: { kind: 'review', always: 'reviewed', subject: 'sample_id' },
  suspensions: { kind: 'suspension', event: 'event', subject: 'suspension_id' },
  run_registrations: { kind: 'run', always: 'registered', subject: 'run_id' },
  workflow_registrations: { kind: 'workflow', always: 'registered', subject: 'workflow' },
};

/** What a row on its way to a service table says that happened. Pure. */
export function eventOfRow(table: string, row: StoreRow): ServiceEvent | undefined {
  const reading = READINGS[table];
  if (reading === undefined) return undefined;
  const text = (column: string) => String(row[column]);
  const { kind, event, always = '', subject } = reading;
  return {
    kind,
    event: event === undefined ? always : text(event),
    subject: text(subject),
    workflow: text('workflow'),
    run_id: typeof row['run_id'] === 'string' ? row['run_id'] : null,
    team: text('team'),
  };
}
