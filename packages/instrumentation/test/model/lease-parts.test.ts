import { addUsd, compareUsd, type Usd } from '@tollgate/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HeldLease } from '../../src/model/held-lease.ts';
import { partsFor, roomOf, settleParts } from '../../src/model/lease-parts.ts';

const cents = fc.integer({ min: 1, max: 100 }).map((count): Usd => (count / 100).toFixed(2));
const held = (granted_usd: Usd, index: number) =>
  new HeldLease(
    {
      lease_id: `lease-${index}`,
      granted_usd,
      expires_at: '2026-01-01T00:00:00Z',
      expires_in_ms: 60_000,
      warnings: [],
    },
    0,
  );
const sum = (amounts: readonly Usd[]) => amounts.reduce<Usd>((total, each) => addUsd(total, each), '0');

test('a call is admitted exactly where all leases together hold its amount, and what it cost is booked once', () => {
  fc.assert(
    fc.property(
      fc.array(cents, { maxLength: 5 }),
      fc.array(fc.tuple(cents, cents), { maxLength: 12 }),
      (grants, calls) => {
        const leases = grants.map(held);
        let booked: Usd = '0';
        for (const [amount, cost] of calls) {
          const room = roomOf(leases, 0);
          const parts = partsFor(leases, amount, 0);
          expect(parts !== undefined).toBe(compareUsd(room, amount) >= 0);
          if (parts === undefined) continue;
          expect(compareUsd(sum(parts.map((part) => part.amount)), amount)).toBe(0);
          for (const part of parts) {
            expect(compareUsd(part.amount, part.lease.room(0))).toBeLessThanOrEqual(0);
            part.lease.reserve(part.amount);
          }
          settleParts(parts, cost, 0);
          booked = addUsd(booked, cost);
          expect(compareUsd(sum(leases.map((lease) => lease.settlement().spent_usd)), booked)).toBe(0);
        }
        expect(leases.some((lease) => lease.isBusy)).toBe(false);
      },
    ),
  );
});
