import { TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { Change } from '../state/change.ts';
import { seconds, timeText } from '../state/time.ts';
import type { PersonIdentity } from './identity.ts';
import { newCookieValue, newSecret, readSecret, sameHash, secretHash } from './secrets.ts';
import { recordRefusal, recordSignIn, recordSignOut } from './session-records.ts';
import { readPerson, type Scope, verifyCredential } from './verify.ts';

type SessionDeps = Pick<Deps, 'control' | 'clock' | 'settings'>;

export interface OpenedSession {
  readonly person: PersonIdentity;
  /** Value of the cookie that the page cannot read. */
  readonly session: string;
  /** Value of the cookie that the page reads and sends back as a header. */
  readonly csrf: string;
  readonly expires_at: bigint;
}

/** Signs a person in. @throws TollgateError `unauthenticated` for anything but a live personal token. */
export async function openSession(deps: SessionDeps, token: string): Promise<OpenedSession> {
  const claimed = readSecret(token);
  const person = await verifyCredential(deps, token, 'sign_in');
  if (claimed === undefined || person?.kind !== 'person') {
    await recordIfOurs(deps, token);
    throw new TollgateError('unauthenticated');
  }
  return deps.control.change(async (change) => {
    await recordSignIn(change, deps.control, person, claimed.credential_id);
    return insertSession(change, deps, person, claimed.credential_id);
  });
}

/** A token that was good once, or is good for something else, is worth a record; what was never one of ours is not. */
async function recordIfOurs({ control }: SessionDeps, token: string): Promise<void> {
  const claimed = readSecret(token);
  if (claimed === undefined) return;
  const row = await control.db
    .selectFrom('credentials')
    .select(['secret_hash', 'credential_id'])
    .where('credential_id', '=', claimed.credential_id)
    .executeTakeFirst();
  if (row === undefined || !sameHash(row.secret_hash, secretHash(token))) return;
  await recordRefusal(control, {
    credential_id: row.credential_id,
    why: 'this key or token opens no session',
  });
}

/**
 * Signs in whom somebody else has vouched for, by a token of their own that nobody is told and that ends with the session: so
 * whoever revokes it ends this session as any other.
 * @throws TollgateError `unauthenticated` for a person who is not there any more
 */
export async function openSessionOf(deps: SessionDeps, person_id: string): Promise<OpenedSession> {
  const person = await readPerson(deps.control, person_id);
  if (person === undefined) throw new TollgateError('unauthenticated');
  const { credential_id, hash } = newSecret('person_token');
  return deps.control.change(async (change) => {
    const { db, now } = change;
    const scopes: readonly Scope[] = ['sign_in'];
    await db
      .insertInto('credentials')
      .values({
        ...{ credential_id, kind: 'person_token', secret_hash: hash, label: 'single sign-on', person_id },
        ...{ scopes: JSON.stringify(scopes), created_at: timeText(now), created_by: 'single sign-on' },
        expires_at: timeText(now + seconds(deps.settings.session_seconds)),
      })
      .execute();
    return insertSession(change, deps, person, credential_id);
  });
}

async function insertSession(
  { db, now }: Change,
  { settings }: SessionDeps,
  person: PersonIdentity,
  credential_id: string,
): Promise<OpenedSession> {
  const [session, csrf] = [newCookieValue(), newCookieValue()];
  const session_hash = secretHash(session);
  const expires_at = now + seconds(settings.session_seconds);
  await db.deleteFrom('sessions').where('expires_at', '<=', timeText(now)).execute();
  await db
    .insertInto('sessions')
    .values({
      ...{ session_hash, csrf_hash: secretHash(csrf), person_id: person.person_id, credential_id },
      ...{ created_at: timeText(now), expires_at: timeText(expires_at) },
    })
    .execute();
  return { person: { ...person, session_id: session_hash }, session, csrf, expires_at };
}

/**
 * The person of a session cookie; undefined where the session has ended, or the token that opened it.
 * @param csrf the header of an unsafe request; null for a safe one, which needs none
 * @throws TollgateError `forbidden` where the header is not the session's
 */
export async function verifySession(
  { control, clock }: Pick<Deps, 'control' | 'clock'>,
  cookie: string,
  csrf: string | undefined | null,
): Promise<PersonIdentity | undefined> {
  const now = timeText(clock());
  const session_hash = secretHash(cookie);
  const row = await control.db
    .selectFrom('sessions')
    .innerJoin('credentials', 'credentials.credential_id', 'sessions.credential_id')
    .select(['sessions.person_id', 'sessions.csrf_hash', 'credentials.expires_at as token_expires_at'])
    .where('session_hash', '=', session_hash)
    .where('ended_at', 'is', null)
    .where('sessions.expires_at', '>', now)
    .where('credentials.revoked_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined || (row.token_expires_at !== null && row.token_expires_at <= now)) return undefined;
  if (csrf !== null && (csrf === undefined || !sameHash(row.csrf_hash, secretHash(csrf))))
    throw new TollgateError('forbidden', 'The header x-tollgate-csrf is not that of the session.');
  return readPerson(control, row.person_id, session_hash);
}

/** Ends the session that the person is signed in with. */
export async function endSession(
  { control }: Pick<Deps, 'control'>,
  person: PersonIdentity,
  session_hash: string,
): Promise<void> {
  await control.change(async (change) => {
    const { db, now } = change;
    await recordSignOut(change, control, person);
    await db
      .updateTable('sessions')
      .set({ ended_at: timeText(now) })
      .where('session_hash', '=', session_hash)
      .execute();
  });
}
