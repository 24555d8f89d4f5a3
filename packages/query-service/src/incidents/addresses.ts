import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Names → addresses. The system's resolver, unless a test says otherwise. */
export type Resolve = (hostname: string) => Promise<readonly Address[]>;

export const systemResolve: Resolve = async (hostname) => {
  const found = await lookup(hostname, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

/** What networks of one's own use. Links, multicast and what is reserved stay closed also where those are allowed. */
const PRIVATE: readonly string[] = ['private', 'loopback', 'uniqueLocal', 'carrierGradeNat'];
/** All of the IPv6 addresses that are assigned for the public. */
const PUBLIC_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether a notification may be sent to this address. Pure. */
export function isAllowedAddress(address: string, allow_private: boolean): boolean {
  if (!ipaddr.isValid(address)) return false;
  // An IPv4 address that is written as an IPv6 one is judged as what it is.
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (allow_private && PRIVATE.includes(range)) return true;
  return range === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(PUBLIC_IPV6));
}

export type Destination =
  | { readonly kind: 'found'; readonly addresses: readonly [Address, ...Address[]] }
  | { readonly kind: 'refused'; readonly why: 'address_not_allowed' | 'name_not_found' };

/**
 * Where a URL leads, to be connected to as it is: whoever resolves the name a second time may be told another address.
 * One address that is not allowed refuses the whole name.
 * @param hostname as `URL` gives it, which has made decimal, octal and hexadecimal IPv4 addresses plain
 */
export async function destinationOf(
  hostname: string,
  resolve: Resolve,
  allow_private: boolean,
): Promise<Destination> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const literal = isIP(host);
  const found: readonly Address[] =
    literal === 0 ? await resolve(host).catch(() => []) : [{ address: host, family: literal === 6 ? 6 : 4 }];
  const [first, ...others] = found;
  if (first === undefined) return { kind: 'refused', why: 'name_not_found' };
  return found.every(({ address }) => isAllowedAddress(address, allow_private))
    ? { kind: 'found', addresses: [first, ...others] }
    : { kind: 'refused', why: 'address_not_allowed' };
}
