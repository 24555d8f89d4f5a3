import { connect } from 'node:http2';
import { gzipSync } from 'node:zlib';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface HttpBody {
  readonly bytes: Uint8Array;
  readonly type?: 'application/x-protobuf' | 'application/json';
  readonly gzip?: boolean;
}

/** Posts a body as an SDK does; bare bytes are protobuf. */
export async function sendHttp(url: string, key: string, body: Uint8Array | HttpBody): Promise<Answer> {
  const { bytes, type = 'application/x-protobuf', gzip = false } = 'bytes' in body ? body : { bytes: body };
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': type,
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    },
    body: new Uint8Array(gzip ? gzipSync(bytes) : bytes),
  });
  return { status: response.status, text: await response.text() };
}

/** One unary call of OTLP's gRPC method, over HTTP/2 without TLS. @returns the gRPC status; 0 is success */
export function sendGrpc(url: string, metadata: Record<string, string>, body: Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const session = connect(url);
    session.once('error', reject);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      'content-type': 'application/grpc',
      te: 'trailers',
      ...metadata,
    });
    let answer: Answer | undefined;
    const read = (headers: Record<string, unknown>) => {
      const status = headers['grpc-status'];
      if (status !== undefined)
        answer = { status: Number(status), text: String(headers['grpc-message'] ?? '') };
    };
    stream.on('response', read);
    stream.on('trailers', read);
    stream.on('data', () => undefined);
    stream.once('error', reject);
    stream.once('close', () => {
      session.close();
      if (answer === undefined) reject(new Error('the call ended without a gRPC status'));
      else resolve(answer);
    });
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(body.length, 1);
    stream.end(Buffer.concat([prefix, body]));
  });
}
