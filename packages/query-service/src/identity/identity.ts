import type { Role } from '@tollgate/contract';

/** An agent's process, known by its key. */
export interface AgentIdentity {
  readonly kind: 'agent';
  readonly key_id: string;
  /** What the key speaks for; it is what `actor` says in records. */
  readonly name: string;
  readonly roles: readonly ['agent'];
  readonly teams: readonly [string];
  /** The workflows that the key may run; `['*']` is each of the team's. */
  readonly workflows: readonly string[];
}

/** A person, known by a personal token or by a session that such a token opened. */
export interface PersonIdentity {
  readonly kind: 'person';
  readonly person_id: string;
  /** The e-mail address, in lower case; it is what `actor` says in records. */
  readonly name: string;
  readonly display_name: string;
  readonly roles: readonly Role[];
  /** `['*']` is every team. */
  readonly teams: readonly string[];
  /** Groups that a workflow file can name as `group:NAME`. */
  readonly groups: readonly string[];
  /** The person's right alone; `readsContent` is the whole rule. */
  readonly reads_content: boolean;
  /** Set where a session cookie was presented, not a token. */
  readonly session_id: string | undefined;
}

/** Who makes a request. It comes from authentication alone, never from a body (invariant 12). */
export type Identity = AgentIdentity | PersonIdentity;
