/** Whole numbers from the first to the last, both included. */
export type IdRange = readonly [first: number, last: number];

/** A set of ids. They come and go nearly in order, so a few ranges hold any number of them. */
export class RangeSet {
  #ranges: IdRange[] = [];

  get ranges(): readonly IdRange[] {
    return this.#ranges;
  }

  add([first, last]: IdRange): void {
    const before = this.#ranges.filter((range) => range[1] < first - 1);
    const after = this.#ranges.filter((range) => range[0] > last + 1);
    const joined = this.#ranges.slice(before.length, this.#ranges.length - after.length);
    const from = Math.min(first, joined[0]?.[0] ?? first);
    const to = Math.max(last, joined.at(-1)?.[1] ?? last);
    this.#ranges = [...before, [from, to], ...after];
  }

  remove([from, to]: IdRange): void {
    this.#ranges = this.#ranges.flatMap(([first, last]): IdRange[] => {
      if (last < from || first > to) return [[first, last]];
      const left: IdRange[] = first < from ? [[first, from - 1]] : [];
      return last > to ? [...left, [to + 1, last]] : left;
    });
  }

  has(id: number): boolean {
    return this.#ranges.some(([first, last]) => first <= id && id <= last);
  }

  /** The lowest id from `id` on that is not in the set. */
  firstMissing(id: number): number {
    const around = this.#ranges.find(([first, last]) => first <= id && id <= last);
    return around ? around[1] + 1 : id;
  }

  /** What of a range is not in the set. */
  missing([first, last]: IdRange): IdRange[] {
    const gaps: IdRange[] = [];
    let from = first;
    for (const [start, end] of this.#ranges) {
      if (end < from || start > last) continue;
      if (start > from) gaps.push([from, start - 1]);
      from = end + 1;
    }
    if (from <= last) gaps.push([from, last]);
    return gaps;
  }
}

/** Appends an id to ranges that are in order. */
export function extendRanges(ranges: IdRange[], id: number): void {
  const last = ranges.at(-1);
  if (last && last[1] === id - 1) ranges[ranges.length - 1] = [last[0], id];
  else ranges.push([id, id]);
}
