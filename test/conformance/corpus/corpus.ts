import { readFileSync } from 'node:fs';
import { encodeRequest } from '../support/otlp.ts';
import { governedRun } from './governed.ts';
import { conflicting, hostile } from './hostile.ts';
import { modelCalls } from './model-calls.ts';
import { randomRequests } from './random.ts';
import { values } from './values.ts';

/** A body to send, and what it is about. */
export interface Body {
  readonly name: string;
  readonly body: Uint8Array;
}

const GOLDEN = new URL(
  '../../../packages/collector/test/golden/generated/exporter-rows.json',
  import.meta.url,
);

/** @param seed of the random requests */
export function corpus(seed: number): Body[] {
  const requests = [
    ['governed run', governedRun('first')],
    ['another governed run', governedRun('second')],
    ['a governed run again', governedRun('first')],
    ...modelCalls().map((request, index) => [`model calls ${index}`, request] as const),
    ['values', values()],
    ['hostile', hostile()],
    ...conflicting().map((request, index) => [`conflicting ${index}`, request] as const),
    ...randomRequests(150, seed).map((request, index) => [`random ${index}`, request] as const),
  ] as const;
  return [...requests.map(([name, request]) => ({ name, body: encodeRequest(request) })), ...golden()];
}

/** Requests that Go's own pdata library made. */
function golden(): Body[] {
  const requests: { protobuf: string }[] = JSON.parse(readFileSync(GOLDEN, 'utf8'));
  return requests.map(({ protobuf }, index) => ({
    name: `made by pdata ${index}`,
    body: Buffer.from(protobuf, 'base64'),
  }));
}
