import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_RATE_LIMITS } from '../../src/http/rate-limits.ts';
import { revokeCredential, singleSignOn } from '../../src/index.ts';
import { serviceRecords } from '../support/records.ts';
import { startService, type TestService } from '../support/service.ts';
import { Browser } from './browser.ts';
import { CLIENT, startProvider, type TestProvider } from './provider.ts';

let provider: TestProvider;
let service: TestService;
let admin: string;
const CALLBACK = '/sign-on/callback';
/** The service's port is known once it listens, and its provider has to know it before: so the service starts twice. */
beforeAll(async () => {
  const first = await startService({ background: [] });
  const port = new URL(first.url).port;
  await first.close();
  const redirect_url = `http://127.0.0.1:${port}${CALLBACK}`;
  provider = await startProvider(() => redirect_url);
  service = await startService(
    { background: [], settings: { single_sign_on: settingsFor(redirect_url) } },
    undefined,
    Number(port),
  );
  admin = await service.person('root@example.com', ['admin'], ['*']);
});
afterAll(async () => {
  await service?.close();
  await provider?.close();
});

const settingsFor = (redirect_url: string) =>
  singleSignOn.parse({
    ...{ issuer: provider.issuer, ...CLIENT, redirect_url },
    rights: [
      { group: 'ops-leads', roles: ['owner', 'reviewer'], teams: ['ops'], groups: ['leads'] },
      { group: 'sales', roles: ['reviewer'], teams: ['sales'] },
      { group: 'controllers', roles: ['auditor'], teams: ['*'], reads_content: false },
    ],
  });

beforeEach(() => {
  provider.accounts.set('u-olga', {
    email: 'Olga@example.com',
    name: 'Olga Owner',
    groups: ['ops-leads', 'sales'],
  });
  provider.accounts.set('u-max', { email: 'max@example.com', name: 'Max', groups: ['canteen'] });
  provider.who = 'u-olga';
});

const signIn = (browser: Browser) => browser.open(`${service.url}/sign-on`);
/** As far as the address that the provider sends the browser back to, which is not asked. */
const untilCallback = (browser: Browser) =>
  browser.open(`${service.url}/sign-on`, ({ pathname }) => pathname === CALLBACK);
async function who(browser: Browser) {
  const session = browser.cookie(service.url, 'tollgate_session');
  return service.call(undefined, 'GET', '/v1/session', undefined, { cookie: `tollgate_session=${session}` });
}
const recorded = async (kind: string) =>
  (await serviceRecords(service.service.control))
    .filter((record) => record.kind === kind)
    .map(({ detail }) => detail);

describe('single sign-on', () => {
  test('is offered, and gives the person the rights of their groups', async () => {
    expect((await service.call(undefined, 'GET', '/v1/sign-in-options')).body).toEqual({
      single_sign_on: '/sign-on',
    });
    const browser = new Browser();
    const { answer } = await signIn(browser);
    expect(answer?.status).toBe(200);
    expect(await answer?.text()).toContain('url=/');
    const { body } = await who(browser);
    expect(body).toMatchObject({
      ...{ name: 'olga@example.com', display_name: 'Olga Owner', roles: ['owner', 'reviewer'] },
      ...{ teams: ['ops', 'sales'], groups: ['leads'] },
    });
    expect(await recorded('signed_in')).toEqual([
      expect.objectContaining({ subject: `${provider.issuer}#u-olga` }),
    ]);
    expect(await recorded('person_added')).toContainEqual(
      expect.objectContaining({ email: 'olga@example.com' }),
    );
  });

  test('follows what the provider says at each sign-in: rights taken away there are gone here', async () => {
    const browser = new Browser();
    await signIn(browser);
    provider.accounts.set('u-olga', { email: 'olga@example.com', name: 'Olga', groups: ['sales'] });
    await signIn(new Browser());
    expect((await who(browser)).body).toMatchObject({ roles: ['reviewer'], teams: ['sales'] });
    provider.accounts.set('u-olga', { email: 'olga@example.com', name: 'Olga', groups: [] });
    expect((await signIn(new Browser())).answer?.status).toBe(403);
    expect(
      (
        await service.call(undefined, 'GET', '/v1/runs', undefined, {
          cookie: `tollgate_session=${browser.cookie(service.url, 'tollgate_session')}`,
        })
      ).status,
    ).toBe(403);
    expect((await recorded('person_changed')).at(-1)).toMatchObject({ email: 'olga@example.com', roles: [] });
  });

  test('withholds content where groups say so, and leaves to the admins what no group says', async () => {
    provider.who = 'u-cora';
    const groupsOf = (...groups: string[]) =>
      provider.accounts.set('u-cora', { email: 'cora@example.com', name: 'Cora', groups });
    const mayRead = async () => {
      const browser = new Browser();
      await signIn(browser);
      return (await who(browser)).body['reads_content'];
    };
    groupsOf('sales');
    expect(await mayRead()).toBe(true);
    groupsOf('sales', 'controllers');
    expect(await mayRead()).toBe(false);
    expect((await recorded('person_changed')).at(-1)).toMatchObject({ reads_content: false });
    groupsOf('sales');
    expect(await mayRead()).toBe(false);
    await service.call(admin, 'PATCH', '/v1/people/cora@example.com', { reads_content: true });
    expect(await mayRead()).toBe(true);
  });

  test('refuses whoever has no group with a role, on record', async () => {
    provider.who = 'u-max';
    const browser = new Browser();
    const { answer } = await signIn(browser);
    expect(answer?.status).toBe(403);
    expect(browser.cookie(service.url, 'tollgate_session')).toBeUndefined();
    expect((await recorded('sign_in_refused')).at(-1)).toMatchObject({ email: 'max@example.com' });
  });

  test('binds a person who was known before, and no second account with the same address', async () => {
    await service.person('kim@example.com', ['auditor'], ['*']);
    provider.accounts.set('u-kim', { email: 'kim@example.com', name: 'Kim', groups: ['sales'] });
    provider.who = 'u-kim';
    expect((await signIn(new Browser())).answer?.status).toBe(200);
    provider.accounts.set('u-not-kim', { email: 'kim@example.com', name: 'Not Kim', groups: ['ops-leads'] });
    provider.who = 'u-not-kim';
    expect((await signIn(new Browser())).answer?.status).toBe(403);
  });

  test('takes no address that the provider does not vouch for', async () => {
    provider.accounts.set('u-liar', {
      email: 'root@example.com',
      email_verified: false,
      name: 'Root',
      groups: ['ops-leads'],
    });
    provider.who = 'u-liar';
    expect((await signIn(new Browser())).answer?.status).toBe(401);
  });

  test('takes what a browser comes back with once, from that browser alone, and with the state that was given', async () => {
    const [browser, other] = [new Browser(), new Browser()];
    const { url } = await untilCallback(browser);
    expect((await other.open(url.href)).answer?.status).toBe(401);
    await untilCallback(other);
    expect((await other.open(url.href)).answer?.status).toBe(401);
    expect((await browser.open(url.href)).answer?.status).toBe(200);
    expect((await browser.open(url.href)).answer?.status).toBe(401);
    const again = new Browser();
    const { url: second } = await untilCallback(again);
    const forged = new URL(second);
    forged.searchParams.set('state', 'made-up');
    expect((await again.open(forged.href)).answer?.status).toBe(401);
    expect((await again.open(second.href)).answer?.status).toBe(200);
    expect((await again.open(second.href)).answer?.status).toBe(401);
  });

  test('refuses a code of another sign-in, though the state is right', async () => {
    const [one, two] = [new Browser(), new Browser()];
    const { url } = await untilCallback(one);
    const { url: foreign } = await untilCallback(two);
    const mixed = new URL(url);
    mixed.searchParams.set('code', foreign.searchParams.get('code') ?? '');
    expect((await one.open(mixed.href)).answer?.status).toBe(401);
  });

  test('refuses what the provider says of another sign-in: the nonce is not that of this one', async () => {
    const browser = new Browser();
    const { url } = await browser.open(`${service.url}/sign-on`, ({ origin }) => origin === provider.issuer);
    expect(url.searchParams.get('nonce')).toMatch(/^[\w-]{20,}$/);
    url.searchParams.set('nonce', 'of-another-sign-in');
    expect((await browser.open(url.href)).answer?.status).toBe(401);
    expect(browser.cookie(service.url, 'tollgate_session')).toBeUndefined();
    expect((await recorded('sign_in_refused')).at(-1)).toEqual({
      why: 'what the browser came back with does not hold',
    });
  });

  test('leads to the provider and to the console, and nowhere that an address asks for', async () => {
    const evil = 'https://evil.example.com/';
    const wishes = ['return_to', 'next', 'redirect_uri', 'redirect_url', 'url', 'state']
      .map((name) => `${name}=${encodeURIComponent(evil)}`)
      .join('&');
    const browser = new Browser();
    const { url } = await browser.open(
      `${service.url}/sign-on?${wishes}`,
      ({ origin }) => origin !== service.url,
    );
    expect(url.origin).toBe(provider.issuer);
    expect(url.href).not.toContain('evil');
    expect(url.searchParams.get('redirect_uri')).toBe(`${service.url}${CALLBACK}`);
    const { url: back } = await browser.open(url.href, ({ pathname }) => pathname === CALLBACK);
    const { answer } = await browser.open(`${back.href}&${wishes.replace(/&state=.*/, '')}`);
    const page = await answer?.text();
    expect([answer?.status, answer?.headers.get('location')]).toEqual([200, null]);
    expect(page?.match(/(?:url|href)="?[^">]*/g)).toEqual(['url=/', 'href="/']);
  });

  test('puts a sign-out on record', async () => {
    const browser = new Browser();
    await signIn(browser);
    const cookie = `tollgate_session=${browser.cookie(service.url, 'tollgate_session')}`;
    const csrf = browser.cookie(service.url, 'tollgate_csrf') ?? '';
    const headers = { cookie, 'x-tollgate-csrf': csrf };
    const before = (await recorded('signed_out')).length;
    expect((await service.call(undefined, 'DELETE', '/v1/session', undefined, headers)).status).toBe(200);
    expect((await who(browser)).status).toBe(401);
    expect(await recorded('signed_out')).toHaveLength(before + 1);
  });

  test('ends as any session does: by signing out, and by revoking what opened it', async () => {
    const browser = new Browser();
    await signIn(browser);
    const { control } = service.service;
    const rows = await control.db
      .selectFrom('credentials')
      .select('credential_id')
      .where('label', '=', 'single sign-on')
      .execute();
    expect((await who(browser)).status).toBe(200);
    for (const { credential_id } of rows) await revokeCredential(control, credential_id, 'root@example.com');
    expect((await who(browser)).status).toBe(401);
    expect((await service.call(admin, 'GET', '/v1/session')).status).toBe(200);
  });
});

describe('people who are not known here', () => {
  const rights = [{ group: 'ops-leads', roles: ['owner'], teams: ['ops'] }];
  test.each([
    ['are refused where admins add people', { rights, unknown_people: 'refuse' }, ['owner']],
    ['are refused where groups give nothing', {}, ['auditor']],
  ])('%s, and known ones are not', async (_, choices, roles) => {
    const first = await startService({ background: [] });
    const port = Number(new URL(first.url).port);
    await first.close();
    const redirect_url = `http://127.0.0.1:${port}${CALLBACK}`;
    const own = await startProvider(() => redirect_url);
    own.accounts.set('u', { email: 'una@example.com', name: 'Una', groups: ['ops-leads'] });
    own.who = 'u';
    const single_sign_on = singleSignOn.parse({ issuer: own.issuer, ...CLIENT, redirect_url, ...choices });
    const alone = await startService({ background: [], settings: { single_sign_on } }, undefined, port);
    const open = async () => {
      const browser = new Browser();
      const { answer } = await browser.open(`${alone.url}/sign-on`);
      const cookie = `tollgate_session=${browser.cookie(alone.url, 'tollgate_session')}`;
      return {
        status: answer?.status,
        who: await alone.call(undefined, 'GET', '/v1/session', undefined, { cookie }),
      };
    };
    expect((await open()).status).toBe(403);
    await alone.person('una@example.com', ['auditor']);
    const { status, who: una } = await open();
    expect([status, una.body['name'], una.body['roles']]).toEqual([200, 'una@example.com', roles]);
    await alone.close();
    await own.close();
  });
});

test('a provider that does not answer is said so, and is asked again at the next sign-in, so often as one address may', async () => {
  const dead = 'http://127.0.0.1:9';
  const settings = singleSignOn.parse({
    issuer: dead,
    ...CLIENT,
    redirect_url: `http://127.0.0.1:1${CALLBACK}`,
  });
  const rate_limits = { ...DEFAULT_RATE_LIMITS, sign_ons_per_minute: 2 };
  const alone = await startService({ background: [], settings: { single_sign_on: settings, rate_limits } });
  for (let times = 0; times < 2; times++)
    expect((await new Browser().open(`${alone.url}/sign-on`)).answer?.status).toBe(503);
  // One address that begins again and again would push out the sign-ins that others have begun.
  const refused = (await new Browser().open(`${alone.url}/sign-on`)).answer;
  expect([refused?.status, Number(refused?.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
  await alone.close();
});

test('where no provider is set, there is nothing of it', async () => {
  const plain = await startService({ background: [] });
  expect((await plain.call(undefined, 'GET', '/v1/sign-in-options')).body).toEqual({ single_sign_on: null });
  expect((await fetch(`${plain.url}/sign-on`)).status).toBe(404);
  await plain.close();
});
