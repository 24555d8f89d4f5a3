import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ResolvedLimits } from './limits.ts';

export interface Listening {
  readonly port: number;
  /** Base of the collector's paths, without a slash at its end. */
  readonly url: string;
}

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
    const server = createServer({ requestTimeout: this.#limits.requestTimeoutMs }, this.#handler);
    server.listen(port, host);
    await once(server, 'listening');
    this.#servers.push(server);
    const address = server.address() as AddressInfo;
    const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return { port: address.port, url: `http://${name}:${address.port}` };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#servers.map((server) => this.#drain(server)));
  }

  /** Lets requests in flight end, then cuts whatever is left. */
  async #drain(server: Server): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    // A connection that was busy when the server closed would otherwise be kept alive after its answer.
    const idle = setInterval(() => server.closeIdleConnections(), 20);
    const cut = setTimeout(() => server.closeAllConnections(), this.#limits.drainTimeoutMs);
    await closed;
    clearInterval(idle);
    clearTimeout(cut);
  }
}
