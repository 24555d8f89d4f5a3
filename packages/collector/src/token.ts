import { createHash } from 'node:crypto';
import type { Principal } from './principal.ts';

/**
 * The name of one body as one principal sent it: deduplication token of its inserts and key of the memory of stored
 * bodies. The workflows are part of it, since they decide which rows the body becomes, and ClickHouse silently drops
 * other rows that come under a known token.
 */
export function batchToken(principal: Principal, contentType: string, body: Buffer): string {
  const { workflows } = principal;
  const sender = [principal.principal, [...workflows].sort(), contentType];
  return createHash('sha256')
    .update(`${JSON.stringify(sender)}\n`)
    .update(body)
    .digest('hex');
}
