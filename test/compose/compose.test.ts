import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { passwords, readEnvironment } from '../../packages/cli/src/serve/environment.ts';

const top = new URL('../../', import.meta.url);
const path = (relative: string) => fileURLToPath(new URL(relative, top));
const text = (relative: string) => readFileSync(path(relative), 'utf8');

const Service = z.object({
  image: z.string(),
  build: z.object({ context: z.string(), dockerfile: z.string().default('Dockerfile') }).optional(),
  restart: z.string(),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  depends_on: z.record(z.string(), z.object({ condition: z.literal('service_healthy') })).default({}),
  healthcheck: z.object({ test: z.array(z.string()).min(2) }),
});
const Compose = z.object({
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.object({})),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() })),
});

const source = text('docker-compose.yml');
const compose = Compose.parse(parse(source, { merge: true }));
const services = Object.entries(compose.services);
const service = (name: string) => Service.parse(compose.services[name]);

/** `${NAME:-default}` and `${NAME:?message}` in a text. */
const variables = (yaml: string) =>
  [...yaml.matchAll(/\$\{([A-Z_]+)(?::([-?])([^}]*))?\}/g)].map(([, name = '', kind = '', rest = '']) => ({
    name,
    kind,
    rest,
  }));

describe('docker-compose.yml', () => {
  test.each(services)('%s mounts and builds from what is there', (_name, { volumes, build }) => {
    for (const volume of volumes) {
      const [from = ''] = volume.split(':');
      if (from.startsWith('.')) expect(existsSync(path(from)), from).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(from);
    }
    if (build === undefined) return;
    const context = `${build.context}/`;
    expect(statSync(path(`${context}${build.dockerfile}`)).isFile()).toBe(true);
    for (const [, from = ''] of text(`${context}${build.dockerfile}`).matchAll(/^COPY (?!--from)(\S+) /gm))
      expect(existsSync(path(`${context}${from}`)), from).toBe(true);
  });

  test.each(services)('%s is open on loopback only, pinned, and knows when it is well', (_name, one) => {
    for (const port of one.ports) expect(port).toMatch(/^127\.0\.0\.1:\$\{TOLLGATE_(\w+_)?PORT:-\d+\}:\d+$/);
    expect(one.image).toMatch(/:\d+\.\d+(\.\d+)?$/);
    expect(one.restart).toBe('unless-stopped');
    for (const name of one.networks) expect(Object.keys(compose.networks)).toContain(name);
    for (const name of Object.keys(one.depends_on)) expect(compose.services).toHaveProperty(name);
  });

  test('ClickHouse cannot be reached but by the services beside it', () => {
    expect(compose.networks['store']?.internal).toBe(true);
    expect(service('clickhouse')).toMatchObject({ ports: [], networks: ['store'] });
  });

  test('no secret has a default, and each is made by docker/make-env and explained', () => {
    const secrets = variables(source).filter(({ name }) => name.endsWith('_PASSWORD'));
    expect(secrets.length).toBeGreaterThan(6);
    for (const { name, kind, rest } of secrets) {
      expect(kind, name).toBe('?');
      expect(rest).toContain('docker/make-env');
    }
    const [, list = ''] = /for name in ([A-Z_ ]+); do/.exec(text('docker/make-env')) ?? [];
    const made = list.split(' ').map((name) => `TOLLGATE_${name}_PASSWORD`);
    expect([...new Set(secrets.map(({ name }) => name))].sort()).toEqual(made.sort());
  });

  test('every variable is in docker/README.md, with the default that it has', () => {
    const readme = text('docker/README.md');
    for (const { name, kind, rest } of variables(source)) {
      expect(readme, name).toContain(`\`${name}\``);
      if (kind === '-' && rest !== '') expect(readme, name).toContain(rest);
    }
  });

  test('the Collector is given every variable that its configuration needs, and no more rights than it needs', () => {
    const { environment, volumes } = service('otel-collector');
    const config = text('collector-config/otelcol.yaml');
    const read = [...config.matchAll(/\$\{env:([A-Z_]+)(:-[^}]*)?\}/g)];
    for (const [, name = '', fallback] of read)
      if (fallback === undefined) expect(environment, name).toHaveProperty(name);
    const names = read.map(([, name]) => name);
    for (const name of Object.keys(environment)) expect(names).toContain(name);
    expect(environment['TOLLGATE_CLICKHOUSE_USER']).toBe('tollgate_landing');
    expect(volumes).toContain('ingest-keys:/var/lib/tollgate-keys:ro');
  });

  test('Grafana is given what its provisioning reads', () => {
    const { environment } = service('grafana');
    const provisioning = text('dashboards/provisioning/datasources/clickhouse.yaml');
    for (const [, name = ''] of provisioning.matchAll(/\$([A-Z_]+)/g))
      expect(environment).toHaveProperty(name);
    const home = environment['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '';
    expect(existsSync(path(home.replace('/etc/tollgate/dashboards', 'dashboards/generated')))).toBe(true);
  });

  test('the service accepts the environment that it is given', () => {
    const given = Object.entries(service('query-service').environment).map(([name, value]) => [
      name,
      value.replace(/\$\{\w+:\?[^}]*\}/, 'a'.repeat(48)).replace(/\$\{\w+:-([^}]*)\}/, '$1'),
    ]);
    const environment = readEnvironment(Object.fromEntries(given));
    expect(Object.values(passwords(environment))).toHaveLength(5);
    expect(environment).toMatchObject({ PORT: 4319, TOLLGATE_HOSTS: [], TOLLGATE_SECURE_COOKIES: false });
    expect(() => readEnvironment({ CLICKHOUSE_PASSWORD: 'short-secret' })).toThrow(/CLICKHOUSE_URL/);
    expect(() => readEnvironment({ CLICKHOUSE_PASSWORD: 'short-secret' })).not.toThrow(/short-secret/);
  });

  test('each of the server’s own logs that is kept has an end', () => {
    const logs = text('docker/clickhouse/system-logs.xml');
    const kept = [...logs.matchAll(/<(\w+_log) replace="replace">(.*?)<\/\1>/gs)];
    expect(kept.map(([, name]) => name)).toContain('query_log');
    for (const [, name, body] of kept)
      expect(body, name).toMatch(/<ttl>event_date \+ INTERVAL \d+ DAY DELETE<\/ttl>/);
  });
});
