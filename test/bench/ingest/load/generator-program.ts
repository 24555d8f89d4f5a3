/**
 * The load generator, a process of its own, so that its work is nobody else's: prepares bodies, sends them on demand, and
 * says what was answered. `node generator-program.ts`; jobs and answers are JSON lines (messages.ts).
 */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { bodyOf } from './body.ts';
import type { LoadJob, LoadSaid } from './messages.ts';
import { otlpPoster, posterOf } from './post.ts';
import { sendAt } from './sending.ts';

const zip = promisify(gzip);
const MOST_CONNECTIONS = 256;
let bodies: readonly Buffer[] = [];
let spansPerBody = 0;

async function prepare(job: Extract<LoadJob, { kind: 'prepare' }>): Promise<LoadSaid> {
  const plan = { seed: job.seed, start: BigInt(job.start), spans: job.spansPerBody };
  const zipped: Buffer[] = [];
  let bytes = 0;
  // A few at a time: compression has threads of its own.
  for (let first = 0; first < job.bodies; first += 8) {
    const raw = Array.from({ length: Math.min(8, job.bodies - first) }, (_, nth) =>
      bodyOf(plan, first + nth),
    );
    for (const body of raw) bytes += body.length;
    zipped.push(...(await Promise.all(raw.map((body) => zip(body, { level: job.level })))));
  }
  bodies = zipped;
  spansPerBody = job.spansPerBody;
  const sentBytes = zipped.reduce((sum, body) => sum + body.length, 0);
  return { kind: 'prepared', spans: bodies.length * spansPerBody, bytes, sentBytes };
}

async function send({ url, key, pace }: Extract<LoadJob, { kind: 'send' }>): Promise<LoadSaid> {
  const poster = otlpPoster(
    `${url}/v1/traces`,
    key,
    pace.kind === 'paced' ? MOST_CONNECTIONS : pace.connections,
  );
  try {
    return await sendAt(pace, bodies, spansPerBody, (body) => poster.post(body));
  } finally {
    poster.close();
  }
}

async function sendBlocks({ url, files }: Extract<LoadJob, { kind: 'blocks' }>): Promise<LoadSaid> {
  const poster = posterOf(url, {}, 2);
  const startedAt = performance.now();
  const queue = files.entries();
  const connection = async () => {
    for (const [index, file] of queue) {
      const { status } = await poster.post(
        await readFile(file),
        `&insert_deduplication_token=block-${index}`,
      );
      if (status !== 200) throw new Error(`ClickHouse answered a block with ${status}`);
    }
  };
  await Promise.all([connection(), connection()]);
  poster.close();
  const seconds = (performance.now() - startedAt) / 1000;
  const answers = { '200': files.length };
  const whole = { bodies: bodies.length, spans: bodies.length * spansPerBody };
  return { kind: 'sent', seconds, ...whole, answers, latencies: [] };
}

for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line) as LoadJob;
  const said = job.kind === 'prepare' ? prepare(job) : job.kind === 'send' ? send(job) : sendBlocks(job);
  process.stdout.write(`${JSON.stringify(await said)}\n`);
}
