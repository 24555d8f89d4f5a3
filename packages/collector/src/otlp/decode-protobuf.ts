import { defectOf, type OtlpDefect } from './defect.ts';
import { metered } from './metered.ts';
import type { Decoded, KeyValue, ResourceSpans, ScopeSpans, Span, UndecodedSpan } from './model.ts';
import { readSpan } from './protobuf-span.ts';
import { readKeyValue } from './protobuf-value.ts';
import { WireReader } from './wire.ts';

/**
 * Decodes an `ExportTraceServiceRequest`. A broken frame (request, resource spans, scope spans) makes the body
 * malformed, since nothing after it can be trusted; a defect inside one span stays that span's own.
 */
export function decodeProtobuf(body: Buffer, maxMessages: number): Decoded {
  return metered(maxMessages, (meter) => readRequest(new WireReader(body, meter)));
}

function readRequest(reader: WireReader): ResourceSpans[] {
  const resourceSpans: ResourceSpans[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) resourceSpans.push(readResourceSpans(reader.message()));
    else reader.skip();
  }
  return resourceSpans;
}

/** Field 1000 is where exporters older than OTLP 0.16 put their scope spans; read only where there is no field 2. */
export const INSTRUMENTATION_LIBRARY_SPANS = 1000;

function readResourceSpans(reader: WireReader): ResourceSpans {
  const resources: WireReader[] = [];
  const frames: WireReader[] = [];
  const oldFrames: WireReader[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) resources.push(reader.message());
    else if (field === 2) frames.push(reader.message());
    else if (field === INSTRUMENTATION_LIBRARY_SPANS) oldFrames.push(reader.message());
    else reader.skip();
  }
  const attributes = defectOf(() => resources.flatMap(readResource));
  const inherited = 'defect' in attributes ? attributes.defect : undefined;
  return {
    attributes: 'defect' in attributes ? [] : attributes.value,
    scopes: (frames.length > 0 ? frames : oldFrames).map((frame) => readScopeSpans(frame, inherited)),
  };
}

/** The attributes of a `Resource`. */
export function readResource(reader: WireReader): KeyValue[] {
  const attributes: KeyValue[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) attributes.push(readKeyValue(reader.message()));
    else reader.skip();
  }
  return attributes;
}

/** @param inherited a defect of the resource, which every one of its spans then has */
function readScopeSpans(reader: WireReader, inherited: OtlpDefect | undefined): ScopeSpans {
  const scopes: WireReader[] = [];
  const frames: WireReader[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) scopes.push(reader.message());
    else if (field === 2) frames.push(reader.message());
    else reader.skip();
  }
  const scope = defectOf(() => readScope(scopes));
  const defect = inherited ?? ('defect' in scope ? scope.defect : undefined);
  return {
    ...('defect' in scope ? { scopeName: '', scopeVersion: '' } : scope.value),
    spans: frames.map((frame) => (defect ? undecoded(defect, frame) : spanOf(frame))),
  };
}

export function readScope(readers: WireReader[]): { scopeName: string; scopeVersion: string } {
  const scope = { scopeName: '', scopeVersion: '' };
  for (const reader of readers)
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === 1) scope.scopeName = reader.string();
      else if (field === 2) scope.scopeVersion = reader.string();
      else reader.skip();
    }
  return scope;
}

/** A span, or what is wrong with it. */
export function spanOf(frame: WireReader): Span | UndecodedSpan {
  const result = defectOf(() => readSpan(frame));
  return 'defect' in result ? undecoded(result.defect, frame) : result.value;
}

const undecoded = (defect: OtlpDefect, frame: WireReader): UndecodedSpan => ({
  defect: defect.reason,
  message: defect.message,
  raw: frame.whole(),
});
