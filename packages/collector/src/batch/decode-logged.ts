import { unpack } from '../http/unpack.ts';
import type { BodyLog } from '../log/body-log.ts';
import type { BodyRead } from '../log/body-reader.ts';
import { boundedJson, type QuarantineRow } from '../rows/quarantine-row.ts';
import type { BodyBatch } from './body-batch.ts';

/** What a body was decoded with when it came. */
export interface DecodeLimits {
  readonly maxBodyBytes: number;
  readonly maxMessages: number;
  readonly maxQuarantineBytes: number;
}

/** What a body takes of its principal's share of the log. */
export const sizeInLog = (bytes: number): number => bytes + 512;

/** Decodes a body of the log into a batch, as it was decoded when it came. What cannot be read any more is quarantined whole. */
export async function decodeLogged(
  read: BodyRead,
  batch: BodyBatch,
  limits: DecodeLimits,
  log: BodyLog,
): Promise<void> {
  if (read.kind === 'damaged') {
    await log.keepAside(`${read.id}.damaged`, read.bytes);
    const { id, spans, bytes } = read;
    const size = sizeInLog(bytes.length);
    const message = `the log's bytes have changed; ${spans} spans`;
    const row = wholeBody('log_damaged', message, '', bytes, limits);
    batch.add({ id, principal: '', spans, rejected: [['log_damaged', spans]], size }, [row]);
    return;
  }
  const { meta, bytes } = read;
  const size = sizeInLog(bytes.length);
  const unpacked = await unpack(bytes, meta.packing, limits.maxBodyBytes, () => true);
  const appended =
    unpacked.kind === 'unpacked'
      ? batch.block.append(unpacked.bytes, {
          encoding: meta.encoding,
          principal: meta,
          maxMessages: limits.maxMessages,
          maxRawBytes: limits.maxQuarantineBytes,
          nowNs: BigInt(Math.round(meta.receivedMs * 1000)) * 1000n,
        })
      : { kind: 'malformed' as const, message: unpacked.kind };
  if (appended.kind === 'appended') batch.add({ ...meta, size }, appended.quarantine);
  else await addWhole(batch, read, appended.message, limits, log);
}

/** A body that none of its spans can be stored of goes to the quarantine as it came. */
export async function addWhole(
  batch: BodyBatch,
  { meta, bytes }: Extract<BodyRead, { kind: 'body' }>,
  message: string,
  limits: DecodeLimits,
  log: BodyLog,
): Promise<void> {
  await log.keepAside(`${meta.id}.unstorable`, bytes);
  const { spans, principal } = meta;
  const row = wholeBody('unstorable', `${message}; ${spans} spans`, principal, bytes, limits);
  batch.add({ ...meta, rejected: [['unstorable', spans]], size: sizeInLog(bytes.length) }, [row]);
}

export const wholeBody = (
  reason: string,
  message: string,
  principal: string,
  bytes: Buffer,
  { maxQuarantineBytes }: DecodeLimits,
): QuarantineRow => ({
  reason,
  message,
  principal,
  traceId: '',
  spanId: '',
  // Base64 of more than that would be cut anyway.
  raw: boundedJson(
    JSON.stringify({ bytes: bytes.length, body: bytes.toString('base64', 0, maxQuarantineBytes) }),
    maxQuarantineBytes,
  ),
});
