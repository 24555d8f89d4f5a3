import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LandingBlock } from '../../src/block/landing-block.ts';
import { SOURCE } from '../support/source.ts';
import * as wire from '../support/wire.ts';

const NOW = Date.UTC(2026, 4, 20, 12);
const source = { ...SOURCE, nowNs: BigInt(NOW) * 1_000_000n };
const bodyAt = (times: readonly number[]): Buffer =>
  wire.request(
    times.map((ms) => {
      const time = BigInt(ms) * 1_000_000n;
      return wire.span('s', wire.fixed64(7, time), wire.fixed64(8, time));
    }),
  );
/** Months as the calendar has them, of what is not quarantined for its time. */
const monthsOf = (times: readonly number[]): Set<string> =>
  new Set(
    times
      .filter((ms) => ms >= Date.UTC(2015, 0, 1) && ms <= NOW + 86_400_000)
      .map((ms) => new Date(ms).toISOString().slice(0, 7)),
  );

/** Times at least five seconds from the end of a month. */
const time = fc.integer({ min: Date.UTC(2013, 0, 1), max: Date.UTC(2028, 0, 1) }).map((ms) => {
  const date = new Date(ms);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  return Math.min(Math.max(ms, first + 5000), next - 5000);
});
const bodies = fc.array(fc.array(time, { maxLength: 20 }), { maxLength: 6 });

test('a block knows in how many months its rows begin', () => {
  const block = new LandingBlock();
  fc.assert(
    fc.property(bodies, (all) => {
      block.reset();
      for (const [i, times] of all.entries()) {
        block.append(bodyAt(times), source);
        expect(block.months).toBe(monthsOf(all.slice(0, i + 1).flat()).size);
      }
    }),
  );
});

test('a body that is taken back leaves neither rows nor months', () => {
  fc.assert(
    fc.property(bodies, fc.array(time, { minLength: 1, maxLength: 20 }), (all, times) => {
      const [block, expected] = [new LandingBlock(), new LandingBlock()];
      for (const each of all) for (const one of [block, expected]) one.append(bodyAt(each), source);
      block.append(bodyAt(times), source);
      block.takeBack();
      expect(block.months).toBe(expected.months);
      expect(block.native()).toEqual(expected.native());
      block.append(bodyAt(times), source);
      expect(block.months).toBe(monthsOf([...all.flat(), ...times]).size);
    }),
  );
});
