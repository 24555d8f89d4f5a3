import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type IdRange, RangeSet } from '../../src/log/range-set.ts';

const range = fc
  .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 8 }))
  .map(([first, length]): IdRange => [first, first + length]);
const step = fc.record({ add: fc.boolean(), range });

const idsOf = ([first, last]: IdRange) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

test('it is a set of numbers, whatever is added and removed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), range, (steps, asked) => {
      const ranges = new RangeSet();
      const model = new Set<number>();
      for (const { add, range: each } of steps) {
        if (add) ranges.add(each);
        else ranges.remove(each);
        for (const id of idsOf(each))
          if (add) model.add(id);
          else model.delete(id);
      }
      expect(ranges.ranges.flatMap(idsOf)).toEqual([...model].sort((a, b) => a - b));
      for (const [index, [, last]] of ranges.ranges.entries())
        expect(ranges.ranges[index + 1]?.[0] ?? Number.POSITIVE_INFINITY).toBeGreaterThan(last + 1);
      expect(ranges.missing(asked).flatMap(idsOf)).toEqual(idsOf(asked).filter((id) => !model.has(id)));
      for (let id = 0; id < 50; id++) {
        expect(ranges.has(id)).toBe(model.has(id));
        let missing = id;
        while (model.has(missing)) missing++;
        expect(ranges.firstMissing(id)).toBe(missing);
      }
    }),
  );
});
