import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { consoleAssets, consoleHandler } from '../../src/index.ts';

let server: Server;
let origin: string;

beforeAll(async () => {
  const pages = consoleHandler();
  server = createServer((req, res) => {
    if (req.headers['x-strict'] !== undefined) res.setHeader('Content-Security-Policy', "default-src 'none'");
    pages(req, res, (error) => res.writeHead(error === undefined ? 404 : 500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const html = { headers: { Accept: 'text/html,*/*' } };

test.each(['/', '/runs', '/runs/0199f0aa-1111-7abc-8def-000000000001', '/workflows/a%2Fb'])(
  'the address %s of a page gives the page',
  async (path) => {
    const response = await fetch(origin + path, html);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(await response.text()).toContain('<div id="root"></div>');
  },
);

test.each(['/v1/runs', '/v1', '/v1/nothing', '/openapi.json', '/healthz', '/readyz', '/metrics'])(
  'the path %s of the service never gives a page',
  async (path) => {
    expect((await fetch(origin + path, html)).status).toBe(404);
  },
);

test.each([
  '/assets/index-00000000.js',
  '/assets/../../package.json',
  '/assets/%2e%2e/%2e%2e/package.json',
  '/assets/',
  '//',
])('a file that is not one of the console’s is not served: %s', async (path) => {
  const response = await fetch(origin + path);
  expect(response.status).toBe(404);
});

test('a client that does not ask for a page gets none', async () => {
  expect((await fetch(`${origin}/runs`, { headers: { Accept: 'application/json' } })).status).toBe(404);
});

test.each(['POST', 'PUT', 'DELETE'])('%s is left to others', async (method) => {
  expect((await fetch(`${origin}/`, { method, ...html })).status).toBe(404);
});

test('hashed files are kept for good and answer a known tag with 304', async () => {
  const assets = await consoleAssets();
  const hashed = [...assets].filter(([path]) => path.startsWith('/assets/'));
  expect(hashed.map(([path]) => path.replace(/-[\w-]+\./, '-HASH.')).sort()).toEqual([
    '/assets/icon-HASH.svg',
    '/assets/index-HASH.css',
    '/assets/index-HASH.js',
  ]);
  for (const [path, { etag, type, body }] of assets) {
    const first = await fetch(origin + path);
    expect(first.headers.get('content-type')).toBe(type);
    expect(first.headers.get('x-content-type-options')).toBe('nosniff');
    expect(Buffer.from(await first.arrayBuffer()).equals(body)).toBe(true);
    if (path !== '/index.html') expect(first.headers.get('cache-control')).toContain('immutable');
    const again = await fetch(origin + path, { headers: { 'If-None-Match': `"other", W/${etag}` } });
    expect(again.status).toBe(304);
    const head = await fetch(origin + path, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(body.byteLength));
  }
});

test('the page needs no inline script, inline style or other origin', async () => {
  const page = await (await fetch(`${origin}/`, html)).text();
  expect(page).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*\bsrc=)|https?:|data:/i);
});

test('a content security policy is set, and one that is there already stays', async () => {
  expect((await fetch(`${origin}/`, html)).headers.get('content-security-policy')).toMatch(
    /^default-src 'self';/,
  );
  const strict = await fetch(`${origin}/`, { headers: { ...html.headers, 'X-Strict': '1' } });
  expect(strict.headers.get('content-security-policy')).toBe("default-src 'none'");
});

test('where the pages cannot be had, the error goes to whoever handles errors', async () => {
  const handler = consoleHandler(() => Promise.reject(new Error('no pages')));
  const broken = createServer((req, res) =>
    handler(req, res, (error) => res.writeHead(500).end(String(error))),
  );
  await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
  const response = await fetch(`http://127.0.0.1:${(broken.address() as AddressInfo).port}/`, html);
  expect([response.status, await response.text()]).toEqual([500, 'Error: no pages']);
  await new Promise((resolve) => broken.close(resolve));
});
