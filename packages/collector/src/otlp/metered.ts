import { defectOf } from './defect.ts';
import { BodyTooLarge, MessageMeter } from './message-meter.ts';
import type { Decoded, ResourceSpans } from './model.ts';

/** Runs the decoding of a whole body under a meter; whatever ends it comes back as a value. */
export function metered(maxMessages: number, decode: (meter: MessageMeter) => ResourceSpans[]): Decoded {
  const meter = new MessageMeter(maxMessages);
  try {
    const result = defectOf(() => decode(meter));
    if ('defect' in result) return { kind: 'malformed', message: result.defect.message };
    return { kind: 'decoded', resourceSpans: result.value, messages: meter.count };
  } catch (error) {
    if (error instanceof BodyTooLarge) return { kind: 'too_large', message: error.message };
    throw error;
  }
}
