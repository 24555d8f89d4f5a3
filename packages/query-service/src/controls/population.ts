import type { ControlName } from '@tollgate/contract';

/** What a control is about, one by one: each of these passed it, failed it, or cannot be told yet. */
export const POPULATIONS = {
  runs: 'governed runs that started in the period',
  calls: 'tool calls that began to run in the period, of the classes that the control guards',
  samples: 'class-2 calls that were chosen for review in the period',
  incidents: 'flags of the period that became incidents of their workflow',
} as const;
export type Population = keyof typeof POPULATIONS;

/** Controls of single calls; `unit` of their findings is the call's id. */
const OF_CALLS: readonly ControlName[] = [
  'tool_listed',
  'scope_held',
  'rollback_note_present',
  'approval_matches',
];
/** To know of, and no rule that somebody held or broke. */
const NOTICES: readonly ControlName[] = [
  'refused_actions',
  'escalation_noted',
  'budget_warning',
  'break_glass_used',
  'rollups_agree',
];

/** What a control's coverage is counted over; undefined for one that only gives notice. */
export function populationOf(control: ControlName | undefined): Population | undefined {
  if (control === undefined || NOTICES.includes(control)) return undefined;
  if (control === 'unreviewed_sample') return 'samples';
  if (control === 'incident_path_reached') return 'incidents';
  return OF_CALLS.includes(control) ? 'calls' : 'runs';
}
