/** `1,234,567`: grouped by thousands, without a locale of the browser. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 call`, `2 calls`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** How much of a total is unknown, in words: a total without it would pass for the whole. */
export function unpricedText(calls: number, unpriced: number): string {
  if (calls === 0) return 'no model calls';
  if (unpriced === 0) return `all ${counted(calls, 'call')} priced`;
  return `${countText(unpriced)} of ${counted(calls, 'call')} unpriced`;
}
