import { InvalidArgumentError, Option } from 'commander';
import type { SystemOptions } from '../system/start-system.ts';

export interface ClickHouseOption {
  readonly clickhouseUrl?: string;
}

export const clickhouseOption = () =>
  new Option('--clickhouse-url <url>', 'a ClickHouse server instead of the embedded one')
    .env('CLICKHOUSE_URL')
    .argParser(serverUrl);

function serverUrl(text: string): string {
  if (text === '' || /^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new InvalidArgumentError('write the address of its HTTP interface, such as http://localhost:8123.');
}

/** Who sets the server up: CLICKHOUSE_USER and CLICKHOUSE_PASSWORD, which never go onto a command line. */
export function externalClickHouse({ clickhouseUrl }: ClickHouseOption): SystemOptions['clickhouse'] {
  // A variable that is set to nothing asks for nothing.
  if (clickhouseUrl === undefined || clickhouseUrl === '') return undefined;
  const { CLICKHOUSE_USER: user = 'default', CLICKHOUSE_PASSWORD: password = '' } = process.env;
  return { url: clickhouseUrl, user, password };
}

/** One line of progress. */
export function say(line: string): void {
  console.log(`  ${line}`);
}

/** Resolves once the process is asked to end. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
