import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { generatedFiles } from '../src/files.ts';
import { DATASOURCE, PANELS, renderPanelSql } from '../src/index.ts';

const text = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const Panel = z.object({
  type: z.string(),
  title: z.string(),
  datasource: z.object({ uid: z.string() }).optional(),
  targets: z.array(z.object({ rawSql: z.string(), datasource: z.object({ uid: z.string() }) })).optional(),
});
const Dashboard = z.object({ uid: z.string(), panels: z.array(Panel) });

describe('what Grafana reads', () => {
  test.each(generatedFiles())(
    '%s has not drifted (pnpm --filter @tollgate/dashboards generate mends it)',
    (path, expected) => {
      expect(text(path)).toBe(expected);
    },
  );

  test('the dashboard has every panel once, each asking the provisioned datasource', () => {
    const [[path] = ['']] = generatedFiles();
    const { panels } = Dashboard.parse(JSON.parse(text(path)));
    const asking = panels.filter(({ type }) => type !== 'row');
    expect(asking.map(({ title }) => title).sort()).toEqual(
      Object.values(PANELS)
        .map(({ title }) => title)
        .sort(),
    );
    for (const { title, datasource, targets = [] } of asking) {
      const panel = Object.values(PANELS).find((one) => one.title === title);
      expect(datasource?.uid).toBe(DATASOURCE.uid);
      expect(targets).toMatchObject([{ rawSql: panel?.sql.trim(), datasource: { uid: DATASOURCE.uid } }]);
    }
  });

  test('the datasource is provisioned under that uid, as a user without access to content', () => {
    const Source = z.object({
      uid: z.string(),
      type: z.string(),
      jsonData: z.object({ username: z.string(), defaultDatabase: z.string() }),
      secureJsonData: z.object({ password: z.string() }),
    });
    const { datasources } = z
      .object({ datasources: z.array(Source) })
      .parse(parse(text('provisioning/datasources/clickhouse.yaml')));
    expect(datasources).toMatchObject([
      {
        ...DATASOURCE,
        jsonData: { username: 'tollgate_dashboard', defaultDatabase: 'tollgate' },
        // From the environment, never written down.
        secureJsonData: { password: '$TOLLGATE_DASHBOARD_PASSWORD' },
      },
    ]);
  });

  test('a macro that tests cannot render is refused', () => {
    const panel = { title: 'x', description: '', sql: 'SELECT $__interval_s' };
    expect(() => renderPanelSql(panel, { from: new Date(0), to: new Date(1) })).toThrow('$__interval_s');
  });
});
