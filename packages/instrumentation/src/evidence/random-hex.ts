import { randomFillSync } from 'node:crypto';

/** Random bytes, fetched and written in hex for many ids at once; none is handed out twice. */
const bytes = Buffer.alloc(4096);
let digits = '';
let used = 0;

/** Random hexadecimal digits: ids of spans, traces and calls. */
export function randomHex(count: number): string {
  if (used + count > digits.length) {
    digits = randomFillSync(bytes).toString('hex');
    used = 0;
  }
  used += count;
  return digits.slice(used - count, used);
}
