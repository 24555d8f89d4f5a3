import { MessageMeter } from '../otlp/message-meter.ts';

/** For what was counted when it was first read. */
export const UNMETERED = new MessageMeter(Number.POSITIVE_INFINITY);
