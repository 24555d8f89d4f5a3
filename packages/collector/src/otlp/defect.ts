import type { DecodeReason } from './model.ts';

/**
 * Thrown inside a decoder only; caught at the border of a span, of a resource, or of the whole request. Not an Error: a
 * hostile body may be defective in every third byte, and a stack costs more than reading a span.
 */
export class OtlpDefect {
  readonly reason: DecodeReason;
  readonly message: string;

  constructor(reason: DecodeReason, message: string) {
    this.reason = reason;
    this.message = message;
  }
}

export const malformed = (message: string): OtlpDefect => new OtlpDefect('malformed_span', message);

/** Runs a decoding step; a defect comes back as a value, anything else is a bug and is thrown on. */
export function defectOf<T>(step: () => T): { value: T } | { defect: OtlpDefect } {
  try {
    return { value: step() };
  } catch (error) {
    if (error instanceof OtlpDefect) return { defect: error };
    throw error;
  }
}
