import type { Role } from '@tollgate/clickhouse';
import { z } from 'zod';
import { retentionVariables } from './retention.ts';

/** At least as long as what the store insists on; in hex or base64url, since they stand in SQL and URLs. */
const password = z.string().regex(/^[A-Za-z0-9_-]{24,}$/, 'must be 24 or more letters, digits, - or _');

const unlessEmpty = <T extends z.ZodType>(value: T) =>
  z.preprocess((text) => (text === '' ? undefined : text), value.optional());

const schema = z.object({
  CLICKHOUSE_URL: z.url(),
  CLICKHOUSE_USER: z.string().min(1),
  CLICKHOUSE_PASSWORD: password,
  /** PostgreSQL of the control state; without it, a file in the data directory, and this is the only instance. */
  DATABASE_URL: unlessEmpty(z.url({ protocol: /^postgres(ql)?$/ })),
  TOLLGATE_OWNER_PASSWORD: password,
  TOLLGATE_LANDING_PASSWORD: password,
  TOLLGATE_SERVICE_PASSWORD: password,
  TOLLGATE_READER_PASSWORD: password,
  TOLLGATE_DASHBOARD_PASSWORD: password,
  TOLLGATE_DATA_DIR: z.string().min(1).default('/var/lib/tollgate'),
  /** Where the OpenTelemetry Collector looks for the list of ingest keys. */
  TOLLGATE_INGEST_KEYS_FILE: z.string().min(1).default('/var/lib/tollgate-keys/ingest-keys.json'),
  /** Further names that a browser may call this service by, separated by commas. */
  TOLLGATE_HOSTS: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]))),
  /** `true` where the service is reached over TLS. */
  TOLLGATE_SECURE_COOKIES: z.stringbool().default(false),
  /** `true` where whoever reaches the service may read `/metrics`; otherwise this machine, auditors and admins may. */
  TOLLGATE_OPEN_METRICS: z.stringbool().default(false),
  /** Where the service sends traces of its own requests, as OTLP/HTTP; without it there are none. */
  TOLLGATE_TRACES_URL: unlessEmpty(z.url()),
  /** Where people reach the console, for links in notifications, e.g. `https://tollgate.example.com`. */
  TOLLGATE_CONSOLE_URL: z
    .union([z.literal(''), z.url({ protocol: /^https?$/ })])
    .default('')
    .transform((url) => url.replace(/\/+$/, '')),
  /** `true` where webhooks of incident paths may lead to private networks. */
  TOLLGATE_PRIVATE_WEBHOOKS: z.stringbool().default(false),
  /** Sign-in of people by an OpenID Connect provider: its address; without it, personal tokens alone. */
  TOLLGATE_OIDC_ISSUER: unlessEmpty(z.string()),
  TOLLGATE_OIDC_CLIENT_ID: unlessEmpty(z.string()),
  TOLLGATE_OIDC_CLIENT_SECRET: unlessEmpty(z.string()),
  /** `https://…/sign-on/callback`, as the provider knows it. */
  TOLLGATE_OIDC_REDIRECT_URL: unlessEmpty(z.string()),
  TOLLGATE_OIDC_SCOPE: unlessEmpty(z.string()),
  /** The claim that lists a person's groups. */
  TOLLGATE_OIDC_GROUPS_CLAIM: unlessEmpty(z.string()),
  /** What groups are here, as JSON: `[{"group":"…","roles":["owner"],"teams":["ops"]}]`. */
  TOLLGATE_OIDC_RIGHTS: unlessEmpty(z.string()),
  /** Whether people who are not known here are added: `add`, or `refuse`. */
  TOLLGATE_OIDC_UNKNOWN_PEOPLE: unlessEmpty(z.string()),
  /** `true` for one start where the first admin's token is lost, and the control state is in PostgreSQL. */
  TOLLGATE_NEW_ADMIN_TOKEN: z.stringbool().default(false),
  TOLLGATE_FIRST_AGENT_TEAM: z.string().min(1).default('platform'),
  ...retentionVariables,
  PORT: z.coerce.number().int().min(0).max(65_535).default(4319),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

export type Environment = z.output<typeof schema>;

/** What the container is told. @throws Error that names each variable at fault, and never its value */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const parsed = schema.safeParse(variables);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new Error(`These variables are missing or unusable:\n${faults.join('\n')}`);
}

/** The password of each of the store's users. */
export const passwords = (environment: Environment): Readonly<Record<Role, string>> => ({
  owner: environment.TOLLGATE_OWNER_PASSWORD,
  landing: environment.TOLLGATE_LANDING_PASSWORD,
  service: environment.TOLLGATE_SERVICE_PASSWORD,
  reader: environment.TOLLGATE_READER_PASSWORD,
  dashboard: environment.TOLLGATE_DASHBOARD_PASSWORD,
});
