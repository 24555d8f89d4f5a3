import { Agent, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Body } from '../corpus/body.ts';
import { KEYS } from './house.ts';

/** How the client loses its connection: in the middle of the body, or after so many milliseconds without an answer. */
export type Cut = { readonly kind: 'mid_body' } | { readonly kind: 'unanswered'; readonly afterMs: number };

export type Posted =
  | { readonly kind: 'answered'; readonly status: number; readonly rejected: number }
  | { readonly kind: 'unheard' };

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
/** A stalled collector may take seconds; one that never answers is not waited for for ever. */
const PATIENCE_MS = 60_000;

export function postBody(url: string, { sender, bytes, gzip }: Body, cut?: Cut): Promise<Posted> {
  return new Promise((resolve) => {
    const headers = {
      authorization: `Bearer ${KEYS[sender]}`,
      'content-type': 'application/x-protobuf',
      'content-length': bytes.length,
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    };
    const unheard = () => resolve({ kind: 'unheard' });
    const sending = request(`${url}/v1/traces`, { method: 'POST', agent, headers }, (response) => {
      // From here on the answer is what counts; the request closes before it is read.
      sending.off('close', unheard);
      buffer(response).then((body) => {
        const rejected = response.statusCode === 200 ? rejectedSpans(body) : 0;
        resolve({ kind: 'answered', status: response.statusCode ?? 0, rejected });
      }, unheard);
    });
    sending.once('error', unheard).once('close', unheard);
    sending.setTimeout(PATIENCE_MS, () => sending.destroy());
    if (cut?.kind === 'mid_body') {
      sending.write(bytes.subarray(0, bytes.length >> 1));
      setTimeout(() => sending.destroy(), 10);
      return;
    }
    sending.end(bytes);
    if (cut?.kind === 'unanswered') setTimeout(() => sending.destroy(), cut.afterMs);
  });
}

export function closeConnections(): void {
  agent.destroy();
}

/** Of an `ExportTraceServiceResponse`: field 1 is partial_success, whose field 1 is rejected_spans, a varint. */
function rejectedSpans(response: Buffer): number {
  if (response[0] !== 0x0a) return 0;
  let at = 1;
  while ((response[at] ?? 0) > 127) at += 1;
  if (response[at + 1] !== 0x08) return 0;
  let value = 0;
  for (let index = at + 2, shift = 1; ; index++, shift *= 128) {
    const byte = response[index] ?? 0;
    value += (byte & 127) * shift;
    if (byte < 128) return value;
  }
}
