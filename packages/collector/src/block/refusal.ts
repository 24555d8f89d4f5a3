import { OtlpDefect } from '../otlp/defect.ts';
import { BodyTooLarge } from '../otlp/message-meter.ts';

/**
 * Whether reading ended for what a client sent. Either way the model has to say what becomes of it: it reads in another order, and
 * so may come upon another defect first, or upon a defect before the bound on messages.
 */
export const isRefusal = (error: unknown): boolean =>
  error instanceof OtlpDefect || error instanceof BodyTooLarge;
