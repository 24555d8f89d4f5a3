import { Option } from 'commander';
import type { SystemOptions } from '../system/start-system.ts';

export interface ClickHouseOption {
  readonly clickhouseUrl?: string;
}

export const clickhouseOption = () =>
  new Option('--clickhouse-url <url>', 'a ClickHouse server instead of the embedded one').env(
    'CLICKHOUSE_URL',
  );

/** Who sets the server up: CLICKHOUSE_USER and CLICKHOUSE_PASSWORD, which never go onto a command line. */
export function externalClickHouse({ clickhouseUrl }: ClickHouseOption): SystemOptions['clickhouse'] {
  if (clickhouseUrl === undefined) return undefined;
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
