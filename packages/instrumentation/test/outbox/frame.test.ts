import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Frame, frameSize, readFrames, writeFrame } from '../../src/outbox/frame.ts';

const frame = fc.record({ runId: fc.uuid(), payload: fc.uint8Array({ maxLength: 300 }) });

function encodeFrame(one: Frame): Buffer {
  const bytes = Buffer.alloc(frameSize(one));
  writeFrame(bytes, 0, one);
  return bytes;
}

test('frames read back as they were written', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 10 }), (frames) => {
      const bytes = Buffer.concat(frames.map(encodeFrame));
      const read = readFrames(bytes);
      expect(read.end).toBe(bytes.length);
      expect(read.frames.map(({ runId }) => runId)).toEqual(frames.map(({ runId }) => runId));
      expect(read.frames.map(({ payload }) => [...payload])).toEqual(
        frames.map(({ payload }) => [...payload]),
      );
    }),
  );
});

test('a torn tail never yields a frame, and never costs one before it', () => {
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 5 }), fc.nat(), (frames, cut) => {
      const encoded = frames.map(encodeFrame);
      const bytes = Buffer.concat(encoded);
      const length = cut % bytes.length;
      const whole = encoded.filter((_, index) => size(encoded.slice(0, index + 1)) <= length).length;
      expect(readFrames(bytes.subarray(0, length)).frames.length).toBe(whole);
    }),
  );
});

test('no changed byte of a frame goes unnoticed', () => {
  fc.assert(
    fc.property(frame, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, at, mask) => {
      const bytes = encodeFrame(one);
      const index = at % bytes.length;
      bytes.writeUInt8(bytes.readUInt8(index) ^ mask, index);
      expect(readFrames(bytes).frames).toEqual([]);
    }),
  );
});

function size(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0);
}
