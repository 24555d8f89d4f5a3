import { TollgateError } from '@tollgate/contract';
import type { StartOptions } from './face.ts';

export interface Settings {
  readonly url: string;
  readonly otlpUrl: string;
  readonly key: string;
  readonly outbox: string;
  readonly outboxMaxBytes: number;
}

const MIN_OUTBOX_BYTES = 64 * 1024;

/** Options first, then the environment, then the defaults of one machine. @throws TollgateError on what cannot work. */
export function settingsOf(options: StartOptions, env: NodeJS.ProcessEnv = process.env): Settings {
  // A variable that is set to nothing asks for nothing.
  const given = (name: string) => (env[name] === '' ? undefined : env[name]);
  const key = options.key ?? given('TOLLGATE_KEY');
  if (key === undefined || key === '')
    throw new TollgateError('unauthenticated', 'Give start() the agent’s key, or set TOLLGATE_KEY.');
  const outboxMaxBytes = options.outboxMaxBytes ?? 256 * 1024 * 1024;
  if (!Number.isSafeInteger(outboxMaxBytes) || outboxMaxBytes < MIN_OUTBOX_BYTES)
    throw new TollgateError('invalid_request', `outboxMaxBytes has to be at least ${MIN_OUTBOX_BYTES}.`);
  return {
    url: httpUrl('url', options.url ?? given('TOLLGATE_URL') ?? 'http://127.0.0.1:4319'),
    otlpUrl: httpUrl('otlpUrl', options.otlpUrl ?? otlpUrlOf(env)),
    key,
    outbox: options.outbox ?? given('TOLLGATE_OUTBOX') ?? './.tollgate/outbox',
    outboxMaxBytes,
  };
}

/** As the OpenTelemetry specification has it: the traces endpoint as it stands, the general one with `/v1/traces`. */
function otlpUrlOf(env: NodeJS.ProcessEnv): string {
  const traces = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  if (traces !== undefined && traces !== '') return traces;
  const general = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  return `${(general === undefined || general === '' ? 'http://127.0.0.1:4318' : general).replace(/\/+$/, '')}/v1/traces`;
}

function httpUrl(name: string, value: string): string {
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value;
  throw new TollgateError('invalid_request', `${name} is not an http address: ${value}`);
}
