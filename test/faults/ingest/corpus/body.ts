import { gzipSync } from 'node:zlib';
import { encodeRequest, type ResourceSpec } from '../../../conformance/support/otlp.ts';
import type { Sender, SpanFact } from './story.ts';

/** What goes over the wire in one request. */
export interface Body {
  readonly sender: Sender;
  readonly facts: readonly SpanFact[];
  readonly bytes: Buffer;
  readonly gzip: boolean;
}

/** The spans in the order given; neighbours of one resource and scope lie together. */
export function bodyOf(sender: Sender, facts: readonly SpanFact[], gzip: boolean): Body {
  const resources: ResourceSpec[] = [];
  let last: { of: SpanFact; spans: SpanFact['spec'][] } | undefined;
  for (const fact of facts) {
    if (last !== undefined && last.of.resource === fact.resource && last.of.scope === fact.scope) {
      last.spans.push(fact.spec);
      continue;
    }
    last = { of: fact, spans: [fact.spec] };
    const scope = { name: fact.scope, version: '1.0.0', spans: last.spans };
    resources.push({ resource: fact.resource, scopes: [scope] });
  }
  const raw = encodeRequest(resources);
  return { sender, facts, bytes: gzip ? gzipSync(raw) : raw, gzip };
}

/** How many of its spans the sender has to be told were quarantined. */
export const rejectedOf = ({ facts }: Body): number =>
  facts.filter(({ fate }) => fate.kind === 'quarantined').length;
