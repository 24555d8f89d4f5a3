import { pino } from 'pino';
import { openControlState } from '../../src/index.ts';

/** A process that leads until it is killed. */
const control = await openControlState({ database_url: process.argv[2] ?? '' });
control.lead(
  () => {
    process.stdout.write('leads\n');
    return { stop: async () => undefined };
  },
  pino({ level: 'silent' }),
);
setInterval(() => undefined, 60_000);
