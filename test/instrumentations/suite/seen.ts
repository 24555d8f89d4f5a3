import { ATTRIBUTE_SOURCES, CONVENTION_ATTRIBUTES, MODEL_CALL_MARKERS } from '@tollgate/contract';
import { z } from 'zod';
import { SCENARIOS } from '../scenarios.ts';
import type { SetUp } from '../set-ups/set-up.ts';
import type { Cell } from './judge.ts';
import { signOf } from './print.ts';
import type { Rig } from './rig.ts';

/** What one set-up was seen to emit. Versions are those of the scopes, as the spans carry them. */
export interface Seen {
  readonly setUp: string;
  readonly title: string;
  readonly scopes: readonly {
    readonly name: string;
    readonly version: string;
    /** Attributes that the conventions read, on spans that are calls. */
    readonly attributes: readonly string[];
  }[];
  /** Names of the scopes whose reports counted. */
  readonly counted: readonly string[];
  /** One sign a scenario, as the matrix prints it; blank where it was not played. */
  readonly signs: Readonly<Record<string, string>>;
}

const row = z.object({
  instance: z.string(),
  name: z.string(),
  version: z.string(),
  attributes: z.array(z.string()),
});

const QUERY = `
  SELECT m.process AS instance, m.scope_name AS name, m.scope_version AS version,
         arraySort(groupUniqArrayArray(arrayConcat(mapKeys(s.attributes), mapKeys(c.content)))) AS attributes
  FROM model_calls AS m
  INNER JOIN spans AS s ON s.run_id = m.run_id AND s.span_hash = m.span_hash
  LEFT JOIN span_content AS c ON c.run_id = m.run_id AND c.span_hash = m.span_hash
  GROUP BY instance, name, version ORDER BY instance, name, version`;

const READ = new Set([
  ...CONVENTION_ATTRIBUTES,
  ...MODEL_CALL_MARKERS.map(({ attribute }) => attribute),
  ...Object.values(ATTRIBUTE_SOURCES).flatMap((sources) => sources.map(({ attribute }) => attribute)),
]);

export async function readSeen(
  { store }: Rig,
  setUps: readonly SetUp[],
  cells: readonly Cell[],
): Promise<readonly Seen[]> {
  const answer = await store.clients.reader.query({ query: QUERY, format: 'JSONEachRow' });
  const rows = z.array(row).parse(await answer.json());
  return setUps.map((setUp) => ({
    setUp: setUp.name,
    title: setUp.title,
    scopes: rows
      .filter(({ instance }) => instance === setUp.name)
      .map(({ name, version, attributes }) => ({
        name,
        version,
        attributes: attributes.filter((key) => READ.has(key)),
      })),
    counted: countedOf(cells.filter((cell) => cell.setUp === setUp)),
    signs: Object.fromEntries(SCENARIOS.map((scenario) => [scenario.name, signOf(cells, setUp, scenario)])),
  }));
}

/** Of reports that say nothing, the one that began first counts, which differs from run to run. */
function countedOf(cells: readonly Cell[]): readonly string[] {
  const names = cells.flatMap(({ reports }) =>
    reports
      .filter(({ counted, usage_note }) => counted && usage_note !== 'absent')
      .map(({ scope_name }) => scope_name),
  );
  return [...new Set(names)].sort();
}
