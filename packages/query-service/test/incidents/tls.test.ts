import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { type PostOutcome, post } from '../../src/incidents/post.ts';

const pem = (name: string) => readFileSync(new URL(`certificates/${name}.pem`, import.meta.url), 'utf8');
const HOST = 'hooks.example.com';

let server: Server | undefined;
const before = getCACertificates('default');
afterEach(async () => {
  setDefaultCACertificates(before);
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** Posts to `HOST`, which resolves to a receiver of this machine that shows the certificate of a host. */
async function postTo(shown: string): Promise<{ outcome: PostOutcome; asked: unknown[] }> {
  const asked: unknown[] = [];
  server = createServer({ cert: pem(shown), key: pem(`${shown}.key`) }, (request, response) => {
    asked.push({ host: request.headers.host?.split(':')[0], sni: (request.socket as TLSSocket).servername });
    response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const outcome = await post({
    url: `https://${HOST}:${(server.address() as AddressInfo).port}/hook`,
    ...{ headers: {}, body: '{}', allow_private: true, timeout_ms: 10_000, now_ms: 0 },
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    signal: new AbortController().signal,
  });
  return { outcome, asked };
}

test('the address is the one that was checked, and the certificate is that of the name', async () => {
  setDefaultCACertificates([...before, pem('ca')]);
  expect(await postTo(HOST)).toEqual({
    outcome: { kind: 'answered', status: 204 },
    asked: [{ host: HOST, sni: HOST }],
  });
});

test('a certificate of another name is not taken, and nothing is sent', async () => {
  setDefaultCACertificates([...before, pem('ca')]);
  expect(await postTo('other.example.com')).toEqual({
    outcome: { kind: 'unanswered', why: 'err_tls_cert_altname_invalid' },
    asked: [],
  });
});

test('nor is one of an authority that nobody trusts', async () => {
  expect(await postTo(HOST)).toEqual({
    outcome: { kind: 'unanswered', why: 'unable_to_verify_leaf_signature' },
    asked: [],
  });
});
