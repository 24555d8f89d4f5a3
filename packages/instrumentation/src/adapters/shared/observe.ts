/** Hears once how a stream went: without an error at its end, with one where it failed or its reader turned away. */
export type Ended = (error: unknown) => Promise<void>;

/** The same iterable, seen part by part. `ended` is called exactly once per iteration. */
export async function* observeIterable<T>(
  source: AsyncIterable<T>,
  note: (part: T) => void,
  ended: Ended,
): AsyncGenerator<T, void, undefined> {
  let error: unknown = brokenOff();
  try {
    for await (const part of source) {
      note(part);
      yield part;
    }
    error = undefined;
  } catch (thrown) {
    error = thrown;
    throw thrown;
  } finally {
    await ended(error);
  }
}

/** The same stream, seen part by part; parts that are not for its reader can be left out. `ended` is called exactly once. */
export function observeStream<T>(
  source: ReadableStream<T>,
  note: (part: T) => void,
  ended: Ended,
  isForReader: (part: T) => boolean = () => true,
): ReadableStream<T> {
  const reader = source.getReader();
  return new ReadableStream<T>({
    async pull(controller) {
      let read: Awaited<ReturnType<typeof reader.read>>;
      try {
        do {
          read = await reader.read();
          if (!read.done) note(read.value);
        } while (!read.done && !isForReader(read.value));
      } catch (error) {
        await ended(error);
        controller.error(error);
        return;
      }
      if (!read.done) {
        controller.enqueue(read.value);
        return;
      }
      await ended(undefined);
      controller.close();
    },
    async cancel(reason) {
      await ended(reason ?? brokenOff());
      await reader.cancel(reason);
    },
  });
}

function brokenOff(): DOMException {
  return new DOMException('the stream was broken off', 'AbortError');
}
