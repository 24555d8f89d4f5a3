import pg from 'pg';

/** How a session of the control state is set up; each has a name that PostgreSQL shows in `pg_stat_activity`. */
interface SessionOptions {
  readonly name: string;
  /** What `set` would set. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A dead peer is noticed within about fifteen seconds, on either side: what its session holds is free then. */
const KEEPALIVE = {
  tcp_keepalives_idle: '5',
  tcp_keepalives_interval: '3',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '15000',
};

/** @throws TypeError where the address is none */
export function sessionConfig(
  database_url: string,
  { name, settings = {} }: SessionOptions,
): pg.ClientConfig {
  const url = new URL(database_url);
  const given = url.searchParams.get('options') ?? '';
  const all = Object.entries({ ...KEEPALIVE, ...settings }).map(
    ([key, value]) => `-c ${key}=${value.replaceAll(' ', '\\ ')}`,
  );
  url.searchParams.set('options', [given, ...all].join(' ').trim());
  return {
    connectionString: url.href,
    application_name: `tollgate ${name}`,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
    connectionTimeoutMillis: 10_000,
    types,
  };
}

const INT8 = 20;

/** Counts and positions are numbers; amounts of money are selected as text (`nanoText`), since they may be larger. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? safeNumber : pg.types.getTypeParser(oid, format),
};

function safeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${text} is not exact as a number`);
  return number;
}

/**
 * A connection that ends while nothing is asked of it, between the statements of a transaction too, says so as an event that
 * would end the process; whoever asks next has an error, or a new connection.
 */
export function openPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * One connection of its own. `lost` is called once, when it ends by itself; never for one that could not be made.
 * @throws where it cannot be made
 */
export async function openSession(
  config: pg.ClientConfig,
  lost: (client: pg.Client) => void = () => undefined,
): Promise<pg.Client> {
  const client = new pg.Client(config);
  // What ends a connection while it is made is what `connect` throws, and is said as an event besides.
  const making = new AbortController();
  client.on('error', () => making.abort());
  client.on('end', () => making.abort());
  await client.connect();
  making.signal.throwIfAborted();
  const over = new Promise<void>((resolve) => {
    client.once('error', () => resolve());
    client.once('end', () => resolve());
  });
  void over.then(() => lost(client));
  return client;
}

/** Ends a session that may be broken, without waiting for a server that does not answer. */
export function endSession(client: pg.Client): Promise<void> {
  return client.end().catch(() => undefined);
}
