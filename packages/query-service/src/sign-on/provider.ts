import * as client from 'openid-client';
import { z } from 'zod';
import type { SingleSignOn } from './sign-on-settings.ts';

/** A person as the provider vouches for them. */
export interface Vouched {
  /** Issuer and subject: the one name of a person that the provider never gives to another. */
  readonly subject: string;
  readonly email: string;
  readonly display_name: string;
  readonly groups: readonly string[];
}

/** What one sign-in has to come back with. */
export interface Expected {
  readonly state: string;
  readonly nonce: string;
  readonly code_verifier: string;
}

/** The provider did not answer, or what it answered does not hold. */
export class ProviderError extends Error {}

const claims = z.object({
  email: z.string().trim().toLowerCase().pipe(z.email()),
  /** Absent where the provider vouches for every address of its own. */
  email_verified: z.union([z.boolean(), z.stringbool()]).default(true),
  name: z.string().max(200).optional(),
});

/** An OpenID Connect provider. Its description is read at the first sign-in, and again after a failure to. */
export class Provider {
  readonly #settings: SingleSignOn;
  #configuration: Promise<client.Configuration> | undefined;

  constructor(settings: SingleSignOn) {
    this.#settings = settings;
  }

  /** Where to send a browser. @throws ProviderError */
  async begin(): Promise<{ readonly url: URL; readonly expected: Expected }> {
    const configuration = await this.#discover();
    const expected = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      code_verifier: client.randomPKCECodeVerifier(),
    };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#settings.redirect_url,
      scope: this.#settings.scope,
      code_challenge: await client.calculatePKCECodeChallenge(expected.code_verifier),
      code_challenge_method: 'S256',
      state: expected.state,
      nonce: expected.nonce,
    });
    return { url, expected };
  }

  /** Trades what a browser came back with for whom it is of. @throws ProviderError */
  async finish(search: string, { state, nonce, code_verifier }: Expected): Promise<Vouched> {
    const configuration = await this.#discover();
    const url = new URL(this.#settings.redirect_url);
    url.search = search;
    try {
      const tokens = await client.authorizationCodeGrant(configuration, url, {
        pkceCodeVerifier: code_verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const token = tokens.claims();
      if (token === undefined) throw new ProviderError('the provider sent no identity');
      const { userinfo_endpoint } = configuration.serverMetadata();
      const more =
        userinfo_endpoint === undefined
          ? {}
          : await client.fetchUserInfo(configuration, tokens.access_token, token.sub);
      return this.#vouched({ ...more, ...token });
    } catch (cause) {
      if (cause instanceof ProviderError) throw cause;
      throw new ProviderError('what the browser came back with does not hold', { cause });
    }
  }

  #vouched(sent: Readonly<Record<string, unknown>>): Vouched {
    const parsed = claims.safeParse(sent);
    if (!parsed.success || !parsed.data.email_verified)
      throw new ProviderError('the provider vouches for no e-mail address; ask for the scope email');
    const { email, name = email } = parsed.data;
    const groups = z.array(z.string()).safeParse(sent[this.#settings.groups_claim]);
    return {
      subject: `${String(sent['iss'])}#${String(sent['sub'])}`,
      email,
      display_name: name.trim() === '' ? email : name,
      groups: groups.success ? groups.data : [],
    };
  }

  async #discover(): Promise<client.Configuration> {
    const { issuer, client_id, client_secret } = this.#settings;
    const url = new URL(issuer);
    this.#configuration ??= client
      .discovery(url, client_id, client_secret, undefined, {
        // The signature of what it says is checked as well, not the connection alone.
        execute: [
          client.enableNonRepudiationChecks,
          ...(isLoopback(url) ? [client.allowInsecureRequests] : []),
        ],
        timeout: 10,
      })
      .catch((cause: unknown) => {
        this.#configuration = undefined;
        throw new ProviderError('the provider does not answer', { cause });
      });
    return this.#configuration;
  }
}

const isLoopback = ({ hostname }: URL): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
