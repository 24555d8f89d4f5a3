import fc from 'fast-check';
import { expect, test } from 'vitest';
import { courseOf, judgedPeriods, periodsFrom, readBackTo } from '../../src/flags/course.ts';
import type { ControlState } from '../../src/state/change.ts';
import { testControl } from '../support/control.ts';

const SECOND = 1_000_000_000n;
const fresh = async () => {
  const { control, close } = await testControl();
  await close();
  return courseOf({ ...control } satisfies ControlState);
};

test('one in five seconds reads back as far as anything can have become visible late, and so does each that is asked for', async () => {
  const course = await fresh();
  const at = (seconds: bigint, continuous = true) => {
    const started = (10_000n + seconds) * SECOND;
    return (started - readBackTo(course, { started, last: started, continuous })) / SECOND;
  };
  expect([at(0n), at(1n), at(4n), at(5n), at(6n), at(7n, false), at(8n)]).toEqual([
    120n,
    10n,
    10n,
    120n,
    10n,
    120n,
    10n,
  ]);
});

test('whatever is asked for in between, nothing that arrived is left out of its day and month', async () => {
  const evaluation = fc.record({
    after: fc.bigInt({ min: 1n, max: 3600n }),
    since: fc.option(fc.bigInt({ min: 0n, max: 200_000n }), { nil: undefined }),
    took_ms: fc.integer({ min: 0, max: 100_000 }),
  });
  const course = await fresh();
  fc.assert(
    fc.property(fc.array(evaluation, { minLength: 1 }), (evaluations) => {
      let now = 100_000n * SECOND;
      let judgedUntil = now;
      Object.assign(course, { periodsFrom: undefined, periodsDueAt: 0 });
      for (const { after, since, took_ms } of evaluations) {
        const last = now;
        now += after * SECOND;
        const asked = since === undefined ? undefined : since * SECOND;
        const from = periodsFrom(course, { since: asked, last, continuous: since === undefined });
        if (from === undefined) continue;
        expect(from).toBeLessThanOrEqual(judgedUntil);
        if (asked !== undefined) expect(from).toBeLessThanOrEqual(asked);
        judgedPeriods(course, now, took_ms);
        judgedUntil = now;
      }
    }),
  );
});
