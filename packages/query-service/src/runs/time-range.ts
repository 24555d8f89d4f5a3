import { TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import { storeTime } from '../records/store-time.ts';

/** A moment in UTC: a day (its start), or a time that ends in `Z`. What the store cannot hold is refused. */
const moment = z
  .union([z.iso.date(), z.iso.datetime()], {
    error: 'write a UTC time such as 2026-11-23 or 2026-11-23T12:00:00Z',
  })
  .refine((text) => Date.parse(text) >= 0 && Date.parse(text) < Date.parse('2262-01-01'), {
    error: 'write a time from 1970 to 2261',
  });

/** Query parameters of everything that has a time range: from it on, and until before `to`. Spread into a query object. */
export const rangeQuery = { from: moment.optional(), to: moment.optional() } as const;

/** The same moment in nanoseconds since 1970. */
export const nanosOf = (moment: string | undefined): bigint | undefined =>
  moment === undefined ? undefined : BigInt(Date.parse(moment)) * 1_000_000n;

interface Range {
  readonly from: string;
  readonly to: string;
}

/** The range in nanoseconds since 1970. @throws TollgateError `invalid_request` where it is empty by mistake */
export function rangeOf({ from, to }: { from?: string | undefined; to?: string | undefined }): {
  from: bigint;
  to: bigint;
} {
  const start = from === undefined ? 0 : Date.parse(from);
  const end = to === undefined ? Date.parse('2262-01-01') : Date.parse(to);
  if (start >= end)
    throw new TollgateError('invalid_request', undefined, {
      issues: [{ path: 'query.to', message: '`to` has to be later than `from`' }],
    });
  return { from: BigInt(start) * 1_000_000n, to: BigInt(end) * 1_000_000n };
}

/** The range as ClickHouse reads it. @throws as `rangeOf` does */
export function storeRange(range: { from?: string | undefined; to?: string | undefined }): Range {
  const { from, to } = rangeOf(range);
  return { from: storeTime(from), to: storeTime(to) };
}
