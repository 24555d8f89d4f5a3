import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real HTTP hop before a real server, where a test cuts, holds or answers for it. */
export interface Gateway {
  readonly url: string;
  /** `open` passes on, `cut` drops the connection, `hold` never answers, a number answers with that status. */
  mode: GatewayMode;
  /** Overrides `mode` for some requests. */
  rule: (request: { method: string; path: string }) => GatewayMode | undefined;
  /** Drops the answer of the next request that matches, after the server has done its work. */
  loseAnswer: ((path: string) => boolean) | undefined;
  readonly headers: Record<string, string>;
  readonly requests: string[];
  close(): Promise<void>;
}

export type GatewayMode = 'open' | 'cut' | 'hold' | number;

export async function openGateway(targetPort: number): Promise<Gateway> {
  const held = new Set<ServerResponse>();
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/';
    gateway.requests.push(`${incoming.method} ${path}`);
    const mode = gateway.rule({ method: incoming.method ?? '', path }) ?? gateway.mode;
    if (mode === 'cut') incoming.socket.destroy();
    else if (mode === 'hold') held.add(outgoing);
    else if (typeof mode === 'number') outgoing.writeHead(mode, gateway.headers).end();
    else forward(gateway, targetPort, incoming, outgoing);
  });
  const port = await listen(server);
  const gateway: Gateway = {
    url: `http://127.0.0.1:${port}`,
    mode: 'open',
    rule: () => undefined,
    loseAnswer: undefined,
    headers: {},
    requests: [],
    close: () => {
      for (const response of held) response.destroy();
      return close(server);
    },
  };
  return gateway;
}

function forward(gateway: Gateway, port: number, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, url, headers } = incoming;
  const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    if (gateway.loseAnswer?.(url ?? '') === true) {
      gateway.loseAnswer = undefined;
      answer.resume();
      answer.on('end', () => incoming.socket.destroy());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

export async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
