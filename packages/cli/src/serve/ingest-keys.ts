import { type ControlState, registeredWorkflows, spokenFor } from '@tollgate/query-service';
import type { Logger } from 'pino';
import { z } from 'zod';
import { replaceFile } from '../output/replace-file.ts';

const words = z.array(z.string());

/**
 * The live ingest keys as the OpenTelemetry Collector reads them (collector-config/ingestkeyauth): digests, never keys.
 * Ordered, so that equal lists are equal texts.
 */
export async function ingestKeyList(control: Pick<ControlState, 'db'>): Promise<string> {
  const rows = await control.db
    .selectFrom('credentials')
    .select(['credential_id', 'secret_hash', 'principal', 'team', 'workflows', 'scopes', 'expires_at'])
    .where('kind', '=', 'agent_key')
    .where('revoked_at', 'is', null)
    .orderBy('credential_id')
    .execute();
  const ingest = rows.filter(({ scopes }) => words.parse(JSON.parse(scopes ?? '[]')).includes('ingest'));
  const registered = await registeredWorkflows(control).execute();
  const keys = ingest.map(({ credential_id, secret_hash, principal, team, workflows, expires_at }) => ({
    ...{ key_id: credential_id, sha256: secret_hash, principal, team },
    workflows: spokenFor(
      { team: team ?? '', workflows: words.parse(JSON.parse(workflows ?? '[]')) },
      registered,
    ),
    ...(expires_at === null ? {} : { expires_at: isoTime(expires_at) }),
  }));
  return `${JSON.stringify({ keys }, null, 1)}\n`;
}

const isoTime = (nanoseconds: string): string =>
  new Date(Number(BigInt(nanoseconds) / 1_000_000n)).toISOString();

/**
 * Writes the list at once and whenever it has changed, until stopped. The first writing rejects where it fails; later
 * ones are tried again, and the Collector goes on with the list it has.
 */
export async function publishIngestKeys(
  control: Pick<ControlState, 'db'>,
  file: string,
  { logger, intervalMs = 2000 }: { readonly logger: Logger; readonly intervalMs?: number },
): Promise<{ stop(): Promise<void> }> {
  let written = '';
  const publish = async () => {
    const list = await ingestKeyList(control);
    if (list === written) return;
    await replaceFile(file, list, 0o644);
    written = list;
  };
  await publish();
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = running
      .then(publish)
      .catch((error: unknown) =>
        logger.error({ err: error, file }, 'the list of ingest keys was not written'),
      );
  }, intervalMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
