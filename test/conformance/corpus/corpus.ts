import { readFileSync } from 'node:fs';
import { encodeRequest, type ResourceSpec } from '../support/otlp.ts';
import { jsonRequest } from '../support/otlp-json.ts';
import type { HttpBody } from '../support/send.ts';
import { governedRun } from './governed.ts';
import { conflicting, hostile } from './hostile.ts';
import { modelCalls } from './model-calls.ts';
import { NAMED } from './named.ts';
import { randomRequests } from './random.ts';
import { values } from './values.ts';

/** A body to send, and what it is about. */
export interface Body extends HttpBody {
  readonly name: string;
}

const GOLDEN = new URL(
  '../../../packages/collector/test/golden/generated/exporter-rows.json',
  import.meta.url,
);

/** @param seed of the random requests */
export function corpus(seed: number): Body[] {
  return [
    ...Object.entries(NAMED).map(([name, bytes]) => ({ name, bytes })),
    ...written().map(([name, request]) => ({ name, bytes: encodeRequest(request) })),
    ...written().map(([name, request]) => json(`${name}, again as JSON`, request)),
    ...randomRequests(FUZZED, seed).flatMap((request, index) => fuzzed(request, index)),
    ...golden(),
  ];
}

const FUZZED = 200;

/** Requests that are about what instrumentation and liars send, rather than about one field. */
const written = (): [name: string, request: ResourceSpec[]][] => [
  ['governed run', governedRun('first')],
  ['another governed run', governedRun('second')],
  ['a governed run again', governedRun('first')],
  ...modelCalls().map((request, index): [string, ResourceSpec[]] => [`model calls ${index}`, request]),
  ['values', values()],
  ['hostile', hostile()],
  ...conflicting().map((request, index): [string, ResourceSpec[]] => [`conflicting ${index}`, request]),
];

const json = (name: string, request: ResourceSpec[]): Body => ({
  name,
  bytes: jsonRequest(request),
  type: 'application/json',
});

/** Every fourth as JSON, every fourth compressed. */
function fuzzed(request: ResourceSpec[], index: number): Body[] {
  const name = `fuzz ${index}`;
  if (index % 4 === 0) return [json(name, request)];
  return [{ name, bytes: encodeRequest(request), gzip: index % 4 === 1 }];
}

/** Requests that Go's own pdata library made. */
function golden(): Body[] {
  const requests: { protobuf: string }[] = JSON.parse(readFileSync(GOLDEN, 'utf8'));
  return requests.map(({ protobuf }, index) => ({
    name: `made by pdata ${index}`,
    bytes: Buffer.from(protobuf, 'base64'),
  }));
}
