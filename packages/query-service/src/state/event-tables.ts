import type { Generated } from 'kysely';

/** What changed, in the order of commits; kept for about a day. Ids and states only, never content. */
interface Events {
  /** Never used twice, also after rows were deleted. */
  position: Generated<number>;
  /** Nanoseconds since 1970 as 19 digits. */
  at: string;
  kind: string;
  event: string;
  subject: string;
  workflow: string;
  run_id: string | null;
  team: string;
}

export interface EventTables {
  events: Events;
}
