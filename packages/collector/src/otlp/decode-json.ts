import { isUtf8 } from 'node:buffer';
import { defectOf, malformed, type OtlpDefect } from './defect.ts';
import {
  arrayField,
  enumField,
  fieldOf,
  idField,
  type JsonObject,
  objectOf,
  stringField,
  uint64Field,
} from './json-fields.ts';
import { parseLossless } from './json-text.ts';
import { readAttributes } from './json-value.ts';
import type { MessageMeter } from './message-meter.ts';
import { metered } from './metered.ts';
import type { Decoded, ResourceSpans, ScopeSpans, Span, UndecodedSpan } from './model.ts';

/** Decodes an OTLP/JSON trace request: hex ids, 64-bit integers as strings or numbers, unknown keys ignored. */
export function decodeJson(body: Buffer, maxMessages: number): Decoded {
  return metered(maxMessages, (meter) => readJson(body, meter));
}

/** The same; whatever ends it is thrown. */
export function readJson(body: Buffer, meter: MessageMeter): ResourceSpans[] {
  if (!isUtf8(body)) throw malformed('the body is not UTF-8');
  return readRequest(parse(body.toString('utf8'), meter), meter);
}

function parse(text: string, meter: MessageMeter): unknown {
  try {
    return parseLossless(text, meter);
  } catch (error) {
    if (error instanceof SyntaxError) throw malformed('the body is not JSON');
    throw error;
  }
}

function readRequest(document: unknown, meter: MessageMeter): ResourceSpans[] {
  const request = objectOf(document, 'the body');
  return arrayField(request, 'resourceSpans').map((entry) =>
    readResourceSpans(objectOf(entry, 'resourceSpans'), meter),
  );
}

function readResourceSpans(entry: JsonObject, meter: MessageMeter): ResourceSpans {
  const resource = fieldOf(entry, 'resource');
  const attributes = defectOf(() =>
    resource === undefined ? [] : readAttributes(objectOf(resource, 'resource')),
  );
  const inherited = 'defect' in attributes ? attributes.defect : undefined;
  return {
    attributes: 'defect' in attributes ? [] : attributes.value,
    scopes: scopeEntries(entry).map((scope) =>
      readScopeSpans(objectOf(scope, 'scopeSpans'), inherited, meter),
    ),
  };
}

/** Exporters older than OTLP 0.16 say `instrumentationLibrarySpans`. */
function scopeEntries(entry: JsonObject): readonly unknown[] {
  const scopes = arrayField(entry, 'scopeSpans');
  return scopes.length > 0 ? scopes : arrayField(entry, 'instrumentationLibrarySpans');
}

function readScopeSpans(
  entry: JsonObject,
  inherited: OtlpDefect | undefined,
  meter: MessageMeter,
): ScopeSpans {
  const scope = defectOf(() => {
    const value = objectOf(fieldOf(entry, 'scope') ?? {}, 'scope');
    return { scopeName: stringField(value, 'name'), scopeVersion: stringField(value, 'version') };
  });
  const defect = inherited ?? ('defect' in scope ? scope.defect : undefined);
  const spans = arrayField(entry, 'spans');
  meter.addSpans(spans.length);
  return {
    ...('defect' in scope ? { scopeName: '', scopeVersion: '' } : scope.value),
    spans: spans.map((span) => (defect ? undecoded(defect, span) : spanOf(span, meter))),
  };
}

function spanOf(json: unknown, meter: MessageMeter): Span | UndecodedSpan {
  const result = defectOf(() => readSpan(objectOf(json, 'a span')));
  if (!('defect' in result)) return result.value;
  meter.addOddity();
  return undecoded(result.defect, json);
}

const undecoded = (defect: OtlpDefect, json: unknown): UndecodedSpan => ({
  defect: defect.reason,
  message: defect.message,
  raw: { json },
});

/** The OpenTelemetry Collector accepts enum names as well, so both do. */
const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (k) => `SPAN_KIND_${k}`,
);
const CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

function readSpan(span: JsonObject): Span {
  const status = objectOf(fieldOf(span, 'status') ?? {}, 'status');
  return {
    traceId: idField(span, 'traceId'),
    spanId: idField(span, 'spanId'),
    parentSpanId: idField(span, 'parentSpanId'),
    traceState: stringField(span, 'traceState'),
    name: stringField(span, 'name'),
    kind: enumField(span, 'kind', KINDS),
    startTimeUnixNano: uint64Field(span, 'startTimeUnixNano'),
    endTimeUnixNano: uint64Field(span, 'endTimeUnixNano'),
    attributes: readAttributes(span),
    events: arrayField(span, 'events').map((entry) => {
      const event = objectOf(entry, 'an event');
      return {
        timeUnixNano: uint64Field(event, 'timeUnixNano'),
        name: stringField(event, 'name'),
        attributes: readAttributes(event),
      };
    }),
    links: arrayField(span, 'links').map((entry) => {
      const link = objectOf(entry, 'a link');
      return {
        traceId: idField(link, 'traceId'),
        spanId: idField(link, 'spanId'),
        traceState: stringField(link, 'traceState'),
        attributes: readAttributes(link),
      };
    }),
    statusCode: enumField(status, 'code', CODES),
    statusMessage: stringField(status, 'message'),
  };
}
