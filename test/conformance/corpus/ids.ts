import { createHash } from 'node:crypto';

/** 2025-06-01T12:00:00Z in nanoseconds: in the past of every machine, in the window of the views. */
export const NOON = 1_748_779_200_000_000_000n;
export const SECOND = 1_000_000_000n;

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/** Ids that are the same in every run of the tests. */
export const traceId = (name: string): string => digest(`trace ${name}`).slice(0, 32);
export const spanId = (name: string): string => digest(`span ${name}`).slice(0, 16);

export function uuid(name: string): string {
  const hex = digest(`uuid ${name}`);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
