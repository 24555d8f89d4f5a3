/**
 * For how long hostile bodies hold the event loop: milliseconds of the decoder's thread for each megabyte, since decoding
 * is what is done in one piece. CPU time, which other processes on the machine hardly change; median of five.
 * Usage: node --conditions=tollgate-source test/bench/ingest/hostile.ts [--only NAME] [--json]
 */
import { parseArgs } from 'node:util';
import type { BodySource } from '../../../packages/collector/src/block/body-source.ts';
import { LandingBlock } from '../../../packages/collector/src/block/landing-block.ts';
import { CORPUS } from '../../../packages/collector/test/support/hostile-corpus.ts';

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, json: { type: 'boolean', default: false } },
});
const MEGABYTE = 1024 * 1024;
const ROUNDS = 5;
const SOURCE: BodySource = {
  encoding: 'protobuf',
  principal: { principal: 'bench', team: 'bench', workflows: ['triage'] },
  maxMessages: 1_000_000,
  maxRawBytes: 16 * 1024,
  nowNs: BigInt(Date.now()) * 1_000_000n,
};

/** CPU time of one call, in milliseconds. */
function cpuOf(step: () => void): number {
  const before = process.threadCpuUsage();
  step();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

const results: Record<string, number> = {};
const print = values.json ? console.error : console.log;
for (const { name, encoding, make } of CORPUS.filter((entry) => entry.name.includes(values.only))) {
  const body = make();
  const block = new LandingBlock();
  const source = { ...SOURCE, encoding };
  let outcome = '';
  const times = Array.from({ length: ROUNDS }, () => {
    const spent = cpuOf(() => {
      const appended = block.append(body, source);
      outcome =
        appended.kind === 'appended'
          ? `${appended.rows} rows, ${appended.quarantine.length} quarantined`
          : appended.kind;
    });
    const taken = cpuOf(() => void Buffer.concat(block.native().parts));
    block.reset();
    return { spent, taken };
  });
  const megabytes = body.length / MEGABYTE;
  const append = median(times.map(({ spent }) => spent)) / megabytes;
  const take = median(times.map(({ taken }) => taken)) / megabytes;
  results[name] = Number(append.toPrecision(3));
  print(
    `${name.padEnd(44)} ${append.toFixed(1).padStart(7)} ms/MB  first ${((times[0]?.spent ?? 0) / megabytes).toFixed(1).padStart(7)}  take ${take.toFixed(1).padStart(6)}  ${outcome}`,
  );
}
const worst = Math.max(...Object.values(results));
if (values.json) console.log(JSON.stringify({ ...results, worst_ms_per_mb: worst }));
else console.log(`worst_ms_per_mb ${worst}`);
