import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSingleSignOn } from '../../src/serve/single-sign-on.ts';
import { type RunningSystem, startRunningSystem } from '../support/running-system.ts';

let running: RunningSystem;
beforeAll(async () => {
  running = await startRunningSystem({
    singleSignOn: readSingleSignOn({
      TOLLGATE_OIDC_ISSUER: 'http://127.0.0.1:9',
      TOLLGATE_OIDC_CLIENT_ID: 'tollgate',
      TOLLGATE_OIDC_CLIENT_SECRET: 'a-secret',
      TOLLGATE_OIDC_REDIRECT_URL: 'https://tollgate.example.com/sign-on/callback',
    }),
  });
});
afterAll(() => running?.stop());

test('`tollgate up` offers the provider, and the first admin signs in while it does not answer', async () => {
  const ask = (path: string, init: RequestInit = {}) => fetch(`${running.serviceUrl}${path}`, init);
  expect(await (await ask('/v1/sign-in-options')).json()).toEqual({ single_sign_on: '/sign-on' });
  expect((await ask('/sign-on', { redirect: 'manual' })).status).toBe(503);
  const opened = await ask('/v1/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: running.admin.token }),
  });
  expect(opened.status).toBe(201);
  // What is reached over TLS has cookies for TLS alone.
  for (const cookie of opened.headers.getSetCookie()) expect(cookie).toContain('; Secure');
});
