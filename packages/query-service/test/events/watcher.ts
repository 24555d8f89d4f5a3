export interface Seen {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Watcher {
  readonly seen: readonly Seen[];
  /** Everything that came, comments included. */
  readonly text: () => string;
  /** Resolves once so many events other than `ready` came. */
  until(count: number): Promise<readonly Seen[]>;
  /** Resolves when the service ends the stream. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** Watches `/v1/events` over a real socket, with a parser of its own. */
export async function watchEvents(
  url: string,
  token: string,
  { path = '/v1/events', headers = {} }: { path?: string; headers?: Record<string, string> } = {},
): Promise<Watcher> {
  const stop = new AbortController();
  const response = await fetch(`${url}${path}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    signal: stop.signal,
  });
  if (response.status !== 200 || response.body === null) throw new Error(await response.text());
  if (response.headers.get('content-type') !== 'text/event-stream') throw new Error('no stream');
  const seen: Seen[] = [];
  const waiting = new Set<() => void>();
  let text = '';
  let used = 0;
  const changes = () => seen.filter(({ event }) => event !== 'ready');
  const ended = (async () => {
    for await (const bytes of response.body ?? []) {
      text += new TextDecoder().decode(bytes);
      for (let end = text.indexOf('\n\n', used); end !== -1; end = text.indexOf('\n\n', used)) {
        const found = parse(text.slice(used, end));
        used = end + 2;
        if (found !== undefined) seen.push(found);
      }
      for (const wake of waiting) wake();
    }
  })().catch(() => undefined);
  return {
    seen,
    ended,
    text: () => text,
    until: async (count) => {
      while (changes().length < count) await new Promise<void>((wake) => waiting.add(wake));
      return changes();
    },
    stop: () => stop.abort(),
  };
}

function parse(block: string): Seen | undefined {
  const fields = new Map(
    block.split('\n').map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at), line.slice(at + 1).trimStart()] as const;
    }),
  );
  const event = fields.get('event');
  if (event === undefined) return undefined;
  return { id: fields.get('id'), event, data: JSON.parse(fields.get('data') ?? '{}') };
}
