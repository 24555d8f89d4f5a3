import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import OidcProvider, { type KoaContextWithOIDC } from 'oidc-provider';

/** People of the provider's, by their account. */
export interface Account {
  readonly email: string;
  readonly email_verified?: boolean;
  readonly name: string;
  readonly groups: readonly string[];
}

export interface TestProvider {
  readonly issuer: string;
  readonly accounts: Map<string, Account>;
  /** Who signs in next, without asking. */
  who: string;
  close(): Promise<void>;
}

export const CLIENT = { client_id: 'tollgate', client_secret: 'a-secret-of-thirty-two-characters' };

/** A real OpenID Connect provider on a port of its own, whose people need no password. */
export async function startProvider(redirect_url: () => string): Promise<TestProvider> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const accounts = new Map<string, Account>();
  const provider = new OidcProvider(issuer, {
    clients: [{ ...CLIENT, redirect_uris: [redirect_url()], response_types: ['code'] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, id) => {
      const account = accounts.get(id);
      return (
        account && { accountId: id, claims: () => ({ sub: id, ...account, groups: [...account.groups] }) }
      );
    },
    loadExistingGrant: consented,
  });
  const test: TestProvider = {
    ...{ issuer, accounts, who: '' },
    close: () => closed(server),
  };
  const answer = provider.callback();
  server.on('request', async (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return answer(request, response);
    await provider.interactionFinished(request, response, { login: { accountId: test.who } });
  });
  return test;
}

/** Everybody agrees to everything. */
async function consented({ oidc }: KoaContextWithOIDC) {
  const grant = new oidc.provider.Grant({
    clientId: oidc.client?.clientId,
    accountId: oidc.session?.accountId,
  });
  grant.addOIDCScope('openid email profile');
  await grant.save();
  return grant;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}
