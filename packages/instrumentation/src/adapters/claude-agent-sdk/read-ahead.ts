/**
 * The same iterable, read as fast as it comes: whoever reads it slowly slows nothing down, as in the SDK, whose own
 * queue this one stands in for. `note` sees each part as it comes; `over` is awaited before the end, or the failure, is told.
 */
export interface ReadAhead<T> {
  next(): Promise<T | undefined>;
  /** Settles when the source has ended and `over` is through. Never rejects. */
  readonly done: Promise<void>;
}

export function readAhead<T>(
  source: AsyncIterable<T>,
  note: (part: T) => void,
  over: (error: unknown) => Promise<void>,
): ReadAhead<T> {
  const parts: T[] = [];
  let failure: { readonly error: unknown } | undefined;
  let ended = false;
  let wake = () => {};
  const read = async () => {
    try {
      for await (const part of source) {
        note(part);
        parts.push(part);
        wake();
      }
    } catch (error) {
      failure = { error };
    }
    try {
      await over(failure?.error);
    } catch (error) {
      failure ??= { error };
    }
    ended = true;
    wake();
  };
  return {
    done: read(),
    async next() {
      while (parts.length === 0 && !ended)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      if (parts.length > 0) return parts.shift();
      if (failure !== undefined) throw failure.error;
      return undefined;
    },
  };
}
