import type { Deps } from '../deps.ts';
import type { NotificationRow } from '../state/incident-tables.ts';
import { type Resolve, systemResolve } from './addresses.ts';
import { notificationBody } from './payload.ts';
import { post } from './post.ts';
import { makeSecret, validSecrets } from './secrets.ts';
import { settleAttempt } from './settle-attempt.ts';
import { signedHeaders } from './sign.ts';

export type DeliveryDeps = Pick<Deps, 'control' | 'clock' | 'logger' | 'settings'>;

export interface DeliveryOptions {
  readonly signal: AbortSignal;
  readonly resolve?: Resolve;
  readonly timeout_ms?: number;
}

/** One attempt. What is interrupted leaves no trace and is made again: at least once, under the same id. */
export async function deliver(
  deps: DeliveryDeps,
  row: NotificationRow,
  { signal, resolve = systemResolve, timeout_ms = 10_000 }: DeliveryOptions,
): Promise<void> {
  const { control, clock, settings } = deps;
  if (row.url === null) return;
  const secrets = await secretsFor(deps, row);
  const body = notificationBody(row, settings.console_url);
  const now_ms = Number(clock() / 1_000_000n);
  const timestamp = Math.floor(now_ms / 1000);
  const began = performance.now();
  const outcome = await post({
    ...{ url: row.url, body, headers: signedHeaders({ id: row.notification_id, timestamp, body }, secrets) },
    ...{ allow_private: settings.private_webhooks, resolve, timeout_ms, signal, now_ms },
  });
  if (signal.aborted && outcome.kind === 'unanswered') return;
  const took_ms = Math.round(performance.now() - began);
  await settleAttempt(control, row, { outcome, took_ms, chance: Math.random() });
}

/** The first delivery makes a secret that nobody has seen, if no person made one before. */
async function secretsFor(
  { control, clock }: DeliveryDeps,
  row: NotificationRow,
): Promise<readonly string[]> {
  const known = await validSecrets(control, row.workflow, clock());
  if (known.length > 0) return known;
  await control.change(async (change) => {
    const { db, now } = change;
    if ((await validSecrets({ db }, row.workflow, now)).length === 0)
      await makeSecret(change, control, row, 'service');
  });
  return validSecrets(control, row.workflow, clock());
}
