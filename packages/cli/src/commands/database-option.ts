import { InvalidArgumentError, Option } from 'commander';

/** PostgreSQL of the control state. It holds a password, so it is better in the environment than on a command line. */
export const databaseOption = () =>
  new Option('--database-url <url>', 'PostgreSQL of the control state; better given as DATABASE_URL')
    .env('DATABASE_URL')
    .argParser(databaseUrl)
    .makeOptionMandatory();

function databaseUrl(text: string): string {
  if (/^postgres(ql)?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new InvalidArgumentError('write an address such as postgres://tollgate@localhost:5432/tollgate.');
}
