/**
 * The process that is the embedded ClickHouse: `node child.ts LIBRARY [engine arguments…]`.
 *
 * `libchdb` holds the whole of `clickhouse local`, which can listen like a server. The engine runs on a thread of
 * its own, so this process's event loop stays free to notice that its parent is gone.
 */
import { DataType, load, open } from 'ffi-rs';

const FOREVER =
  'SELECT sleepEachRow(3) FROM numbers(1000000000) ' +
  'SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 0 FORMAT Null';

/** `process.exit()` would hang on the engine's thread; a kill loses nothing that was acknowledged. */
const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

const [library = '', ...engineArguments] = process.argv.slice(2);
const argv = [
  'clickhouse',
  ...engineArguments,
  '--multiquery',
  '--query',
  `SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; ${FOREVER}`,
];

process.on('disconnect', die);
process.on('SIGTERM', die);
process.on('SIGINT', die);

open({ library: 'chdb', path: library });
const ended = load({
  library: 'chdb',
  funcName: 'query_stable',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [argv.length, argv],
  runInNewThread: true,
});
// The query never ends by itself: when it did, the engine refused to start and has said why on stderr.
Promise.resolve(ended).then(die, die);
