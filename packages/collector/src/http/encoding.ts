import { bytesField, varintField } from '../otlp/wire-write.ts';

/** Part of a batch was refused; absent when all of it was taken. */
export interface PartialSuccess {
  readonly rejectedSpans: number;
  readonly errorMessage: string;
}

/** One of OTLP's two encodings: how a request is read and how its answer is written. */
export interface Encoding {
  readonly name: 'protobuf' | 'json';
  readonly contentType: string;
  /** An `ExportTraceServiceResponse`. */
  success(partial: PartialSuccess | undefined): Buffer;
  /** A `google.rpc.Status`. */
  failure(code: number, message: string): Buffer;
}

export const protobufEncoding: Encoding = {
  name: 'protobuf',
  contentType: 'application/x-protobuf',
  success: (partial) =>
    partial === undefined
      ? Buffer.alloc(0)
      : bytesField(
          1,
          Buffer.concat([
            varintField(1, partial.rejectedSpans),
            bytesField(2, Buffer.from(partial.errorMessage)),
          ]),
        ),
  failure: (code, message) => Buffer.concat([varintField(1, code), bytesField(2, Buffer.from(message))]),
};

export const jsonEncoding: Encoding = {
  name: 'json',
  contentType: 'application/json',
  success: (partial) => {
    if (partial === undefined) return json({});
    const { rejectedSpans, errorMessage } = partial;
    return json({ partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage } });
  },
  failure: (code, message) => json({ code, message }),
};

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** The encoding that a Content-Type names; parameters such as a charset are ignored. */
export function encodingOf(contentType: string | undefined): Encoding | undefined {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return [protobufEncoding, jsonEncoding].find((encoding) => encoding.contentType === mediaType);
}
