import { secretHash } from '../identity/secrets.ts';
import type { ControlState } from '../state/change.ts';
import { seconds, timeText } from '../state/time.ts';
import type { Expected } from './provider.ts';

/** How long a person may take at the provider. */
export const SIGN_ON_SECONDS = 600;
/** Sign-ins that have begun and not ended; beyond, the oldest are forgotten. */
const MOST = 10_000;

/** Remembers what a sign-in has to come back with, for the browser that holds this cookie. */
export async function rememberSignOn(
  control: Pick<ControlState, 'change'>,
  { state, nonce, code_verifier }: Expected,
  cookie: string,
): Promise<void> {
  await control.change(async ({ db, now }) => {
    await db.deleteFrom('sign_ons').where('expires_at', '<=', timeText(now)).execute();
    const oldest = db
      .selectFrom('sign_ons')
      .select('state_hash')
      .orderBy('expires_at', 'desc')
      .limit(1000)
      .offset(MOST);
    await db.deleteFrom('sign_ons').where('state_hash', 'in', oldest).execute();
    await db
      .insertInto('sign_ons')
      .values({
        ...{ state_hash: secretHash(state), browser_hash: secretHash(cookie), nonce, code_verifier },
        expires_at: timeText(now + seconds(SIGN_ON_SECONDS)),
      })
      .execute();
  });
}

/** Gives it back once, and to that browser alone; undefined otherwise. */
export async function takeSignOn(
  control: Pick<ControlState, 'change'>,
  state: string,
  cookie: string,
): Promise<Expected | undefined> {
  return control.change(async ({ db, now }) => {
    const row = await db
      .deleteFrom('sign_ons')
      .where('state_hash', '=', secretHash(state))
      .where('browser_hash', '=', secretHash(cookie))
      .returningAll()
      .executeTakeFirst();
    if (row === undefined || row.expires_at <= timeText(now)) return undefined;
    return { state, nonce: row.nonce, code_verifier: row.code_verifier };
  });
}
