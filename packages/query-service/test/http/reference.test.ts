import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApi } from '../../src/http/openapi.ts';
import { referencePage } from '../../src/http/reference.ts';
import { ROUTES } from '../../src/routes.ts';
import { startService, type TestService } from '../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService({ background: [] });
});
afterAll(() => service?.close());

test('the reference has every route, asks for nothing from anywhere, and runs no script', async () => {
  const response = await fetch(`${service.url}/reference`);
  const text = await response.text();
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/html');
  for (const { method, path } of ROUTES.flat())
    expect(text).toContain(`<h3>${method.toUpperCase()} ${path}</h3>`);
  expect(text).not.toMatch(/<script|src=|https?:\/\/(?!json-schema)|javascript:| on\w+=/);
  const policy = response.headers.get('content-security-policy');
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/);
  expect(policy).not.toContain('unsafe');
});

test('what a description says is text, whatever is in it', () => {
  const [route] = ROUTES.flat();
  if (route === undefined) throw new Error('no route');
  const summary = `<img src=x onerror="alert('1')">`;
  const page = referencePage(openApi([{ ...route, summary, tag: summary }], summary));
  expect(page).not.toContain('<img');
});
