import { Keystream } from './keystream.ts';
import { governedSpan, modelSpan, plainSpan, type RunOfSpans, type SpanText } from './span.ts';
import { Wire } from './wire.ts';

export const SPANS_PER_BODY = 512;
/** A trace; every third one is a governed run. */
const SPANS_PER_TRACE = 16;
const SECOND = 1_000_000_000n;

export interface BodyPlan {
  readonly seed: number;
  /** Start of the first body's spans, nanoseconds; each further body starts a second later. */
  readonly start: bigint;
  readonly spans: number;
}

const RESOURCE = [
  ['service.name', 'helpdesk-agent'],
  ['service.version', '4.11.2'],
  ['service.instance.id', 'c2f1e0aa-6c0d-4f0e-8a55-77d0a3a6f5b1'],
  ['host.name', 'worker-17.eu-west.example.com'],
  ['process.pid', 4711],
  ['telemetry.sdk.language', 'nodejs'],
  ['telemetry.sdk.name', 'opentelemetry'],
] as const;

const spans = new Wire(1024 * SPANS_PER_BODY);
const span = new Wire(16_384);

/** One `ExportTraceServiceRequest`, protobuf: the same for the same plan and index, and no span of it in any other. */
export function bodyOf(plan: BodyPlan, index: number): Buffer {
  const random = new Keystream(plan.seed, index);
  const start = plan.start + BigInt(index) * SECOND;
  spans.reset();
  for (let first = 0; first < plan.spans; first += SPANS_PER_TRACE)
    writeTrace(random, start, Math.min(SPANS_PER_TRACE, plan.spans - first), first / SPANS_PER_TRACE);
  const scope = new Wire(64);
  scope.text(1, '@example/helpdesk');
  scope.text(2, '1.2.3');
  const resource = new Wire(512);
  for (const [key, value] of RESOURCE) resource.attribute(1, key, value);
  const scopeSpans = Buffer.concat([message(1, scope.written()), spans.written()]);
  return message(1, Buffer.concat([message(1, resource.written()), message(2, scopeSpans)]));
}

function writeTrace(random: Keystream, start: bigint, count: number, nth: number): void {
  const trace = Buffer.from(random.bytes(16));
  const root = Buffer.from(random.bytes(8));
  const run = isGoverned(nth) ? { run: random.uuid(), writer: random.uuid() } : undefined;
  for (let index = 0; index < count; index++) {
    const at = start + BigInt(nth * SPANS_PER_TRACE + index) * 1_000_000n;
    span.reset();
    span.bytes(1, trace);
    span.bytes(2, index === 0 ? root : random.bytes(8));
    if (index > 0) span.bytes(4, root);
    writeText(textOf(run, index, at, random));
    span.fixed64(7, at);
    span.fixed64(8, at + BigInt(1_000 + random.below(60_000)) * 1_000n);
    spans.bytes(2, span.written());
  }
}

const isGoverned = (nth: number) => nth % 3 === 0;
const isModelCall = (index: number) => index % 4 === 3;

/** Rows that a whole body leaves in each table. Every span but those with a record has content; the first of a run is no tool call. */
export const ROWS_PER_BODY: Readonly<Record<string, number>> = rowsPerBody();

function rowsPerBody(): Record<string, number> {
  const indices = Array.from({ length: SPANS_PER_BODY }, (_, index) => index);
  const count = (of: (nth: number, index: number) => boolean) =>
    indices.filter((index) => of(Math.floor(index / SPANS_PER_TRACE), index % SPANS_PER_TRACE)).length;
  const records = count((nth, index) => isGoverned(nth) && !isModelCall(index));
  return {
    spans: SPANS_PER_BODY,
    span_content: SPANS_PER_BODY - records,
    evidence_records: records,
    tool_calls: count((nth, index) => isGoverned(nth) && !isModelCall(index) && index > 0),
    model_calls: count((_, index) => isModelCall(index)),
  };
}

/** A quarter are model calls; of a governed run's, the others carry a record, elsewhere they are plain. */
function textOf(run: RunOfSpans | undefined, index: number, at: bigint, random: Keystream): SpanText {
  if (isModelCall(index)) return modelSpan(run, random);
  return run === undefined ? plainSpan(random) : governedSpan(run, index, at, random);
}

function writeText({ name, kind, attributes }: SpanText): void {
  span.text(5, name);
  span.number(6, kind);
  for (const [key, value] of attributes) span.attribute(9, key, value);
}

function message(field: number, content: Uint8Array): Buffer {
  const head = new Wire(16);
  head.varint(field * 8 + 2);
  head.varint(content.length);
  return Buffer.concat([head.written(), content]);
}
