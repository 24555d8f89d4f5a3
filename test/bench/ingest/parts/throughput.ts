import { figures, rounded } from '../../figures.ts';
import { CONNECTIONS, type FullLoad, fullLoad } from '../measure/full-load.ts';
import type { Results, Rig } from '../rig.ts';
import { NATIVE_BLOCKS, nativeBlocks, prepareBlocks } from '../systems/native-blocks.ts';
import { OTELCOL_VARIANTS, otelcol } from '../systems/otelcol.ts';
import { ours } from '../systems/ours.ts';
import type { System } from '../systems/system.ts';

export interface Throughput {
  readonly results: Results;
  /** Medians, spans a second. */
  readonly ours: number;
  readonly oursAcknowledged: number;
  readonly durable: number | undefined;
}

/** What is measured beside ours, which always is. */
export interface Beside {
  readonly durable: boolean;
  readonly memory: boolean;
  readonly blocks: boolean;
}

/** Every system at full load, one after another, in another order each round. */
export async function throughput(rig: Rig, beside: Beside): Promise<Throughput> {
  const { print, generator, rounds } = rig;
  const systems = await systemsOf(rig, beside);
  const loads = new Map<string, FullLoad[]>(systems.map(({ name }) => [name, []]));
  print(`full load, ${CONNECTIONS} connections, ${generator.prepared.spans} spans a round, until stored`);
  print(`${''.padEnd(46)}spans/s  µs CPU a span: collector  ClickHouse  generator   MiB: collector`);
  for (let round = 0; round < rounds; round++)
    for (let turn = 0; turn < systems.length; turn++) {
      const system = systems[(round + turn) % systems.length] ?? ours;
      const load = await fullLoad(system, rig.directory, generator);
      loads.get(system.name)?.push(load);
      print(lineOf(load));
    }
  for (const { name } of systems) printMedians(name, loads.get(name) ?? [], print);
  return resultsOf(loads);
}

async function systemsOf({ otelcol: binary, directory, generator }: Rig, beside: Beside): Promise<System[]> {
  const { durable, memory8k, memory32k } = OTELCOL_VARIANTS;
  const variants = [...(beside.durable ? [durable] : []), ...(beside.memory ? [memory8k, memory32k] : [])];
  return [
    ours,
    ...(binary === undefined ? [] : variants.map((variant) => otelcol(binary, variant))),
    ...(beside.blocks ? [nativeBlocks(await prepareBlocks(directory, generator))] : []),
  ];
}

function resultsOf(loads: ReadonlyMap<string, readonly FullLoad[]>): Throughput {
  const { durable, memory8k, memory32k } = OTELCOL_VARIANTS;
  const rates = (name: string) => loads.get(name)?.map(({ spansPerSecond }) => spansPerSecond) ?? [];
  const own = rates(ours.name);
  const faster = rates(memory8k.name).map((rate, round) => Math.max(rate, rates(memory32k.name)[round] ?? 0));
  const over = (other: readonly number[]) =>
    rounded(figures(own.map((rate, round) => rate / (other[round] ?? Number.NaN))).median);
  const blocks = rates(NATIVE_BLOCKS);
  const peaks = loads.get(ours.name)?.map(({ memory }) => memory.collector ?? 0) ?? [];
  const theirs = rates(durable.name);
  return {
    ours: figures(own).median,
    oursAcknowledged: figures(
      loads.get(ours.name)?.map(({ acknowledgedPerSecond }) => acknowledgedPerSecond) ?? [],
    ).median,
    durable: theirs.length === 0 ? undefined : figures(theirs).median,
    results: {
      ...(theirs.length === 0 ? {} : { over_otelcol_durable: over(theirs) }),
      ...(faster.length === 0 ? {} : { over_otelcol_fastest: over(faster) }),
      ...(blocks.length === 0 ? {} : { share_of_engine_limit: over(blocks) }),
      rss_mb: Math.round(Math.max(...peaks)),
    },
  };
}

function lineOf({ system, spansPerSecond, cpu, memory }: FullLoad): string {
  const cells = [cpu.collector, cpu.clickhouse, cpu.generator].map((value) => cell(value, 1, 12));
  return `${system.padEnd(42)}${cell(spansPerSecond, 0, 11)}${cells.join('').padStart(51)}${cell(memory.collector, 0, 17)}`;
}

const cell = (value: number | undefined, digits: number, width: number): string =>
  (value?.toFixed(digits) ?? '–').padStart(width);

function printMedians(name: string, loads: readonly FullLoad[], print: (line: string) => void): void {
  const median = (of: (load: FullLoad) => number | undefined) => {
    const values = loads.flatMap((load) => of(load) ?? []);
    return values.length === 0 ? undefined : figures(values).median;
  };
  const cpu = (of: keyof FullLoad['cpu']) =>
    cell(
      median((load) => load.cpu[of]),
      1,
      0,
    );
  const [one] = loads;
  if (one === undefined) return;
  print('');
  print(`${name}, acknowledged when ${one.acknowledges}; medians of ${loads.length} rounds`);
  print(
    `  ${cell(
      median((load) => load.spansPerSecond),
      0,
      0,
    )} spans/s until stored, ${cell(
      median((load) => load.acknowledgedPerSecond),
      0,
      0,
    )} until acknowledged`,
  );
  print(
    `  µs of CPU a span: collector ${cpu('collector')}, ClickHouse ${cpu('clickhouse')}, generator ${cpu('generator')}`,
  );
  print(
    `  MiB at most: collector ${cell(
      median((load) => load.memory.collector),
      0,
      0,
    )}, ClickHouse ${cell(
      median((load) => load.memory.clickhouse),
      0,
      0,
    )}`,
  );
  print(`  answers in the last round: ${list(loads.at(-1)?.answers ?? {})}`);
  print(`  rows in the last round: ${list(loads.at(-1)?.counts ?? {})}`);
}

const list = (of: Readonly<Record<string, number>>): string =>
  Object.entries(of)
    .map(([key, count]) => `${key} ${count}`)
    .join(', ');
