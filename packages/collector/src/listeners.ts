import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResolvedLimits } from './limits.ts';

export interface Listening {
  readonly port: number;
  /** Base of the collector's paths, without a slash at its end. */
  readonly url: string;
}

/**
 * Node's five seconds are exactly the interval at which SDKs export: every other export would meet a connection that is
 * just being closed, and its batch a reset.
 */
const KEEP_ALIVE_MS = 75_000;

/** The sockets of a collector, and how they end. */
export class Listeners {
  readonly #handler: RequestListener;
  readonly #limits: ResolvedLimits;
  readonly #servers: Server[] = [];
  #closed = false;

  constructor(handler: RequestListener, limits: ResolvedLimits) {
    this.#handler = handler;
    this.#limits = limits;
  }

  async listen(port: number, host: string): Promise<Listening> {
    if (this.#closed) throw new Error('this collector is closed');
    const server = createServer(
      { requestTimeout: this.#limits.requestTimeoutMs, keepAliveTimeout: KEEP_ALIVE_MS },
      this.#handler,
    );
    server.listen(port, host);
    await once(server, 'listening');
    this.#servers.push(server);
    const address = server.address() as AddressInfo;
    const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return { port: address.port, url: `http://${name}:${address.port}` };
  }

  /**
   * Stops listening, waits for `idle` (at most the drain timeout), then cuts every connection: kept-alive ones, and
   * those that have not sent a request yet, would otherwise hold the servers open.
   */
  async close(idle: () => Promise<void>): Promise<void> {
    this.#closed = true;
    const closed = this.#servers.map((server) => once(server, 'close'));
    for (const server of this.#servers) server.close();
    const deadline = new AbortController();
    const timeout = sleep(this.#limits.drainTimeoutMs, undefined, { signal: deadline.signal }).catch(
      () => undefined,
    );
    await Promise.race([idle(), timeout]);
    deadline.abort();
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(closed);
  }
}
