import { describe, expect, test } from 'vitest';
import { destinationOf, type Resolve } from '../../src/incidents/addresses.ts';

/** A resolver of which a name in a URL that is an address must never make use. */
const nobody: Resolve = async (name) => {
  throw new Error(`resolved ${name}`);
};
const leadsTo = (...addresses: readonly string[]): Resolve => {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }) as const);
  return async () => found;
};
const outcome = async (url: string, resolve: Resolve, allow_private = false) => {
  const where = await destinationOf(new URL(url).hostname, resolve, allow_private);
  return where.kind === 'found' ? where.addresses.map(({ address }) => address) : where.why;
};

describe('addresses in URLs that no notification goes to', () => {
  test.each([
    ['loopback', 'http://127.0.0.1/'],
    ['loopback, elsewhere in its block', 'http://127.8.9.10/'],
    ['loopback in decimal', 'http://2130706433/'],
    ['loopback in octal', 'http://0177.0.0.1/'],
    ['loopback in hexadecimal', 'http://0x7f.1/'],
    ['loopback, shortened', 'http://127.1/'],
    ['loopback in full-width digits', 'http://１２７.0.0.1/'],
    ['loopback with a dot at its end', 'http://127.0.0.1./'],
    ['IPv6 loopback', 'http://[::1]/'],
    ['IPv4-mapped loopback', 'http://[::ffff:127.0.0.1]/'],
    ['IPv4-mapped loopback in hexadecimal', 'http://[::ffff:7f00:1]/'],
    ['IPv4-compatible loopback', 'http://[::127.0.0.1]/'],
    ['IPv4-translated loopback', 'http://[::ffff:0:7f00:1]/'],
    ['loopback through NAT64', 'http://[64:ff9b::7f00:1]/'],
    ['loopback through 6to4', 'http://[2002:7f00:1::]/'],
    ['every address of this host', 'http://0.0.0.0/'],
    ['the same in decimal', 'http://0/'],
    ['the same in IPv6', 'http://[::]/'],
    ['private, class A', 'http://10.0.0.1/'],
    ['private, class B', 'http://172.31.255.255/'],
    ['private, class C', 'http://192.168.1.1/'],
    ['mapped private', 'http://[::ffff:10.0.0.1]/'],
    ['shared by carriers', 'http://100.64.0.1/'],
    ['link-local', 'http://169.254.1.1/'],
    ['the metadata of clouds', 'http://169.254.169.254/latest/meta-data/'],
    ['the metadata in decimal', 'http://2852039166/'],
    ['the metadata, mapped', 'http://[::ffff:a9fe:a9fe]/'],
    ['the metadata in IPv6', 'http://[fd00:ec2::254]/'],
    ['unique local', 'http://[fc00::1]/'],
    ['IPv6 link-local', 'http://[fe80::1]/'],
    ['IPv6 site-local', 'http://[fec0::1]/'],
    ['multicast', 'http://224.0.0.1/'],
    ['IPv6 multicast', 'http://[ff02::1]/'],
    ['broadcast', 'http://255.255.255.255/'],
    ['benchmarks', 'http://198.18.0.1/'],
    ['documentation', 'http://192.0.2.1/'],
    ['IPv6 documentation', 'http://[2001:db8::1]/'],
    ['IPv6 that nobody was given', 'http://[4000::1]/'],
  ])('%s: %s', async (_, url) => {
    expect(await outcome(url, nobody)).toBe('address_not_allowed');
  });
});

test('public addresses, of both kinds and by name', async () => {
  expect(await outcome('http://93.184.216.34/', nobody)).toEqual(['93.184.216.34']);
  expect(await outcome('http://[2606:4700:4700::1111]/', nobody)).toEqual(['2606:4700:4700::1111']);
  expect(await outcome('https://hooks.example.com/', leadsTo('93.184.216.34', '2606:4700::1'))).toEqual([
    '93.184.216.34',
    '2606:4700::1',
  ]);
});

test('a name of which one address is not allowed is not allowed', async () => {
  for (const hidden of ['127.0.0.1', '::1', '::ffff:10.0.0.1', '169.254.169.254', '', 'nonsense'])
    expect(await outcome('https://a.example/', leadsTo('93.184.216.34', hidden))).toBe('address_not_allowed');
});

test('a name that leads nowhere', async () => {
  expect(await outcome('https://nowhere.example/', nobody)).toBe('name_not_found');
  expect(await outcome('https://nowhere.example/', leadsTo())).toBe('name_not_found');
});

test('where private networks are allowed, links, multicast and what is reserved are still not', async () => {
  for (const url of [
    'http://127.0.0.1/',
    'http://[::1]/',
    'http://10.0.0.1/',
    'http://[fd00::1]/',
    'http://100.64.0.1/',
  ])
    expect(await outcome(url, nobody, true)).toHaveLength(1);
  for (const url of [
    'http://169.254.169.254/',
    'http://[fe80::1]/',
    'http://0.0.0.0/',
    'http://[::7f00:1]/',
    'http://224.0.0.1/',
  ])
    expect(await outcome(url, nobody, true)).toBe('address_not_allowed');
});
