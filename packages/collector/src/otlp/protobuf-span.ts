import type { KeyValue, Span, SpanEvent, SpanLink } from './model.ts';
import { readKeyValue } from './protobuf-value.ts';
import type { WireReader } from './wire.ts';

/** Reads one `Span` message; field numbers are those of opentelemetry-proto, trace.proto. */
export function readSpan(reader: WireReader): Span {
  const attributes: KeyValue[] = [];
  const events: SpanEvent[] = [];
  const links: SpanLink[] = [];
  const span = {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    traceState: '',
    name: '',
    kind: 0,
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    attributes,
    events,
    links,
    statusCode: 0,
    statusMessage: '',
  };
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    switch (field) {
      case 1:
        span.traceId = reader.raw().toString('hex');
        break;
      case 2:
        span.spanId = reader.raw().toString('hex');
        break;
      case 3:
        span.traceState = reader.string();
        break;
      case 4:
        span.parentSpanId = reader.raw().toString('hex');
        break;
      case 5:
        span.name = reader.string();
        break;
      case 6:
        span.kind = reader.enum();
        break;
      case 7:
        span.startTimeUnixNano = reader.fixed64();
        break;
      case 8:
        span.endTimeUnixNano = reader.fixed64();
        break;
      case 9:
        attributes.push(readKeyValue(reader.message()));
        break;
      case 11:
        events.push(readEvent(reader.message()));
        break;
      case 13:
        links.push(readLink(reader.message()));
        break;
      case 15:
        readStatus(reader.message(), span);
        break;
      default:
        reader.skip();
    }
  }
  return span;
}

function readEvent(reader: WireReader): SpanEvent {
  const attributes: KeyValue[] = [];
  const event = { timeUnixNano: 0n, name: '', attributes };
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) event.timeUnixNano = reader.fixed64();
    else if (field === 2) event.name = reader.string();
    else if (field === 3) attributes.push(readKeyValue(reader.message()));
    else reader.skip();
  }
  return event;
}

function readLink(reader: WireReader): SpanLink {
  const attributes: KeyValue[] = [];
  const link = { traceId: '', spanId: '', traceState: '', attributes };
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) link.traceId = reader.raw().toString('hex');
    else if (field === 2) link.spanId = reader.raw().toString('hex');
    else if (field === 3) link.traceState = reader.string();
    else if (field === 4) attributes.push(readKeyValue(reader.message()));
    else reader.skip();
  }
  return link;
}

function readStatus(reader: WireReader, span: { statusCode: number; statusMessage: string }): void {
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 2) span.statusMessage = reader.string();
    else if (field === 3) span.statusCode = reader.enum();
    else reader.skip();
  }
}
