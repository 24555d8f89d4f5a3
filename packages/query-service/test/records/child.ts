import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { pino } from 'pino';
import { createQueryService } from '../../src/index.ts';
import { workflowLedger } from '../../src/records/workflow-ledger.ts';

/**
 * A service that writes evidence as fast as it can and ships it, until it is killed: from outside, or by itself in the
 * worst moment, when ClickHouse has a batch and the control state does not know. Prints each record's number once durable.
 */
const [place = '', url = '', username = '', password = '', dieAfterInsert = ''] = process.argv.slice(2);

function dying(client: ClickHouseClient): ClickHouseClient {
  const insert = client.insert.bind(client);
  let inserts = 0;
  client.insert = async (params) => {
    const result = await insert(params);
    inserts += 1;
    if (String(inserts) === dieAfterInsert) process.kill(process.pid, 'SIGKILL');
    return result;
  };
  return client;
}

const client = dying(createClient({ url, username, password, database: 'tollgate' }));
const { control, start } = await createQueryService({
  ...JSON.parse(place),
  store: { reader: client, service: client },
  logger: pino({ level: 'silent' }),
  background: [],
});
start();
const scope = workflowLedger(control, { workflow: 'w', policy_version: 'p', owner: 'o', team: 't' });
for (;;) {
  const { record } = await control.change((change) =>
    change.record(scope, { kind: 'suspended', actor: 'child' }),
  );
  process.stdout.write(`${record.seq}\n`);
  // Everything above happens within one turn of the event loop, which shipping needs as well.
  await nextTurn();
}
