import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PANELS, renderPanelSql } from '../../../../dashboards/src/index.ts';
import { connectApi } from '../../src/demo/api.ts';
import type { RunningSystem } from '../support/running-system.ts';
import { plain } from './read-evidence.ts';

type Rows = readonly Readonly<Record<string, unknown>>[];

/** Each panel's SQL, run as the dashboard user over the demo's data, shows the API's numbers. */
export function describePanelsAgainstApi(system: () => RunningSystem): void {
  describe('the panels of the dashboard show what the API says', () => {
    it.each(Object.keys(EXPECTED))('%s', async (title) => {
      const api = connectApi(system().serviceUrl, system().admin.token);
      // What the service knows is on its way to the store, where panels read it.
      expect(await system().system.service.flush()).toBe(true);
      const { rows, panel } = found(EXPECTED[title]);
      const expected = await rows(api);
      expect(expected.length).toBeGreaterThan(0);
      expect(panel(await ask(system(), title)).sort()).toEqual([...expected].sort());
    });

    it('is checked for every panel', () => {
      expect(Object.keys(EXPECTED).sort()).toEqual(
        Object.values(PANELS)
          .map(({ title }) => title)
          .sort(),
      );
    });
  });
}

type Api = ReturnType<typeof connectApi>;

/** By title: the API's numbers and the panel's rows, both as comparable lines. */
const EXPECTED: Readonly<
  Record<string, { rows: (api: Api) => Promise<string[]>; panel: (rows: Rows) => string[] }>
> = {
  'Cost and calls without a price': {
    rows: async (api) =>
      (await costs(api)).map(({ day, workflow, cost_usd, calls, unpriced_calls }) =>
        line(day, workflow, plain(cost_usd), calls, unpriced_calls),
      ),
    panel: (rows) =>
      rows.map((row) =>
        line(
          row['day'],
          row['workflow'],
          plain(String(row['cost_usd'])),
          row['calls'],
          row['unpriced_calls'],
        ),
      ),
  },
  'Cost by workflow and day': {
    rows: async (api) =>
      (await costs(api)).map(({ workflow, cost_usd }) => line(workflow || '(no workflow)', plain(cost_usd))),
    panel: (rows) => rows.map((row) => line(row['workflow'], plain(String(row['cost_usd'])))),
  },
  'Models without a price': {
    rows: async (api) =>
      (await api.list('/v1/prices/unpriced', unpriced)).map(({ provider, model, calls }) =>
        line(provider, model, calls),
      ),
    panel: (rows) => rows.map((row) => line(row['provider'], row['model'], row['calls'])),
  },
  'Runs by final status': {
    rows: async (api) =>
      counted(
        (await api.list('/v1/runs', run)).filter(({ governed }) => governed).map(({ status }) => status),
      ),
    panel: (rows) =>
      rows.filter((row) => Number(row['runs']) > 0).map((row) => line(row['status'], row['runs'])),
  },
  'Refusals by reason': {
    rows: async (api) => {
      const runs = await api.list('/v1/runs', run);
      const evidence = await sequence(
        runs.map(
          ({ run_id }) =>
            () =>
              api.get(`/v1/runs/${run_id}/evidence`, refusals),
        ),
      );
      const refused = evidence
        .flatMap(({ timeline }) => timeline)
        .filter(
          ({ kind, enforcement }) => kind === 'gate_decided' && NOT_EXECUTED.includes(enforcement ?? ''),
        );
      return counted(refused.map(({ reason, enforcement }) => `${reason} ${enforcement}`));
    },
    panel: (rows) => rows.map((row) => line(`${row['reason']} ${row['enforcement']}`, row['calls'])),
  },
  'Open flags': {
    rows: async (api) =>
      counted(
        (await api.list('/v1/flags?state=open', flag)).map(
          ({ control, severity }) => `${control} ${severity}`,
        ),
      ),
    panel: (rows) => rows.map((row) => line(`${row['control']} ${row['severity']}`, row['open'])),
  },
  'Overdue samples': {
    rows: async (api) =>
      counted(
        (await api.list('/v1/samples?state=overdue', sample)).map(
          ({ workflow, tool }) => `${workflow} ${tool}`,
        ),
      ),
    panel: (rows) => rows.map((row) => line(`${row['workflow']} ${row['tool']}`, row['samples'])),
  },
  'Approvals: time to decide': {
    rows: async (api) => counted((await api.list('/v1/approvals', approval)).map(({ workflow }) => workflow)),
    panel: (rows) => rows.map((row) => line(row['workflow'], row['requested'])),
  },
};

const NOT_EXECUTED = ['blocked', 'refused', 'expired'];
const cost = z.object({
  day: z.string(),
  workflow: z.string(),
  cost_usd: z.string(),
  calls: z.number(),
  unpriced_calls: z.number(),
});
const unpriced = z.object({ provider: z.string(), model: z.string(), calls: z.number() });
const run = z.object({ run_id: z.string(), status: z.string(), governed: z.boolean() });
const refusals = z.object({
  timeline: z.array(
    z.object({ kind: z.string(), reason: z.string().nullable(), enforcement: z.string().nullable() }),
  ),
});
const flag = z.object({ control: z.string(), severity: z.string() });
const sample = z.object({ workflow: z.string(), tool: z.string() });
const approval = z.object({ workflow: z.string() });

async function costs(api: Api) {
  return (await api.get('/v1/costs?group_by=workflow,day', z.object({ items: z.array(cost) }))).items;
}

async function ask({ system }: RunningSystem, title: string): Promise<Rows> {
  const day = 86_400_000;
  const spec = found(Object.values(PANELS).find((panel) => panel.title === title));
  const query = renderPanelSql(spec, { from: new Date(Date.now() - day), to: new Date(Date.now() + day) });
  const result = await system.clickhouse.clients.dashboard.query({ query, format: 'JSONEachRow' });
  return z.array(z.record(z.string(), z.unknown())).parse(await result.json());
}

const line = (...values: readonly unknown[]) => values.map(String).join(' | ');

function counted(names: readonly string[]): string[] {
  return [...Map.groupBy(names, (name) => name)].map(([name, all]) => line(name, all.length));
}

async function sequence<T>(asks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const answers: T[] = [];
  for (const each of asks) answers.push(await each());
  return answers;
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not found');
  return value;
}
