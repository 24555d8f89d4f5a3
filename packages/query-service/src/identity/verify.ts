import type { Clock } from '../deps.ts';
import type { ControlState } from '../state/change.ts';
import { readJsonList, readRoles } from '../state/json.ts';
import { timeText } from '../state/time.ts';
import type { AgentIdentity, Identity, PersonIdentity } from './identity.ts';
import { readSecret, sameHash, secretHash } from './secrets.ts';
import { speaksFor } from './speaks-for.ts';

/** What a credential may be used for. */
export const SCOPES = ['ingest', 'api', 'sign_in', 'initiate'] as const;
export type Scope = (typeof SCOPES)[number];

type Reader = { readonly control: Pick<ControlState, 'db'>; readonly clock: Clock };

/** Who presents this credential; undefined where it is unknown, expired, revoked, or not for that use. */
export async function verifyCredential(
  { control, clock }: Reader,
  presented: string,
  scope: Scope,
): Promise<Identity | undefined> {
  const claimed = readSecret(presented);
  if (claimed === undefined) return undefined;
  const row = await control.db
    .selectFrom('credentials')
    .selectAll()
    .where('credential_id', '=', claimed.credential_id)
    .where('kind', '=', claimed.kind)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined || !sameHash(row.secret_hash, secretHash(presented))) return undefined;
  if (row.expires_at !== null && row.expires_at <= timeText(clock())) return undefined;
  if (!readJsonList(row.scopes).includes(scope)) return undefined;
  if (row.person_id !== null) return readPerson(control, row.person_id);
  if (row.principal === null || row.team === null) return undefined;
  return {
    kind: 'agent',
    key_id: row.credential_id,
    name: row.principal,
    roles: ['agent'],
    teams: [row.team],
    workflows: readJsonList(row.workflows),
  } satisfies AgentIdentity;
}

/** A person who has not been disabled. */
export async function readPerson(
  control: Pick<ControlState, 'db'>,
  person_id: string,
  session_id?: string,
): Promise<PersonIdentity | undefined> {
  const row = await control.db
    .selectFrom('people')
    .selectAll()
    .where('person_id', '=', person_id)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    kind: 'person',
    person_id,
    name: row.email,
    display_name: row.display_name,
    roles: readRoles(row.roles),
    teams: readJsonList(row.teams),
    groups: readJsonList(row.groups),
    reads_content: row.reads_content === 1,
    session_id,
  };
}

/** What an ingest key may say; the collector stamps it on every span that comes with the key. */
export interface Principal {
  readonly principal: string;
  readonly team: string;
  /** By name: `*` is resolved here, to what the team has registered. */
  readonly workflows: readonly string[];
}

/** The collector's key verifier, where it runs in one process with the control state. Asks each time, so a revocation holds at once. */
export function verifyIngestKey(reader: Reader): (presented: string) => Promise<Principal | undefined> {
  return async (presented) => {
    const identity = await verifyCredential(reader, presented, 'ingest');
    if (identity?.kind !== 'agent') return undefined;
    const [team] = identity.teams;
    const workflows = await speaksFor(reader.control, { team, workflows: identity.workflows });
    return { principal: identity.name, team, workflows };
  };
}
