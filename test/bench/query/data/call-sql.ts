/** What the call with number `c` of a run is, as SQL over the run's columns. The last call of some runs is of class 3. */
const isLast = (c: string) => `(${c} = calls - 1)`;

export const classOf = (c: string): string =>
  `multiIf(${isLast(c)} AND (refused OR violation = 'unapproved'), 3, ${c} % 2 = 1 OR (${isLast(c)} AND violation = 'no_rollback_note'), 2, 1)`;

export const toolOf = (c: string): string =>
  `multiIf(${isLast(c)} AND violation = 'unlisted_tool', 'drop_database', ${classOf(c)} = 3, 'send_reply', ${classOf(c)} = 2, 'set_label', 'search_tickets')`;

export const actionOf = (c: string): string =>
  `multiIf(${classOf(c)} = 3, 'send_message', ${classOf(c)} = 2, 'update_status', 'search')`;

export const isRefused = (c: string): string => `(refused AND ${isLast(c)})`;

export const verdictOf = (c: string): string => `if(${isRefused(c)}, 'deny', 'allow')`;
export const enforcementOf = (c: string): string => `if(${isRefused(c)}, 'refused', 'executed')`;
export const reasonOf = (c: string): string =>
  `multiIf(${isRefused(c)}, 'approval_refused', ${classOf(c)} = 3, 'approval_granted', ${classOf(c)} = 2, 'within_scope', 'class_1_allowed')`;

export const noteOf = (c: string): string =>
  `if(${classOf(c)} >= 2 AND NOT (${isLast(c)} AND violation = 'no_rollback_note'), concat('Set ', leftPad(toString(r), 9, '0'), ' back to what it was before'), '')`;

export const callIdOf = (c: string): string => `lower(hex(sipHash128(r, ${c}, 'call')))`;

/** Nanoseconds after the run's start at which the span with this number begins. */
export const OFFSET_NS = 1_700_000_000;
export const timeOf = (span: string): string => `(start_ns + toInt64(${span}) * ${OFFSET_NS})`;
