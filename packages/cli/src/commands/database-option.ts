import { Option } from 'commander';

/** PostgreSQL of the control state. It holds a password, so it is better in the environment than on a command line. */
export const databaseOption = () =>
  new Option('--database-url <url>', 'PostgreSQL of the control state; better given as DATABASE_URL')
    .env('DATABASE_URL')
    .makeOptionMandatory();
