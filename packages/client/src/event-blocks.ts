/** One event of a stream, as WHATWG HTML (section 9.2) has it. */
export interface EventBlock {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** An event that is longer is no event of the service: what came is bounded, whatever is sent. */
const LONGEST = 1_000_000;

/** The events of a stream of server-sent events; comments are passed over. @throws RangeError for an endless one */
export async function* readBlocks(stream: ReadableStream<Uint8Array>): AsyncGenerator<EventBlock> {
  let waiting = '';
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    // A line end may be cut in two.
    waiting = `${waiting}${text}`.replaceAll('\r\n', '\n');
    const blocks = waiting.split('\n\n');
    waiting = blocks.pop() ?? '';
    if (waiting.length > LONGEST)
      throw new RangeError('an event of the stream is longer than a million characters');
    for (const block of blocks) {
      const parsed = parse(block);
      if (parsed !== undefined) yield parsed;
    }
  }
}

function parse(block: string): EventBlock | undefined {
  let [id, event]: (string | undefined)[] = [];
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^(\w+)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name === 'id') id = value;
    if (name === 'event') event = value;
    if (name === 'data') data.push(value);
  }
  return event === undefined && data.length === 0
    ? undefined
    : { id, event: event ?? 'message', data: data.join('\n') };
}
