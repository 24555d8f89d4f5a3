import { Link } from 'react-router';
import type { Coverage } from '../../api/coverage-shapes.ts';
import { useCoverage } from '../../api/queries.ts';
import { controlText } from '../../format/names.ts';
import { Panel } from '../../parts/page.tsx';
import { Answered, Empty } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useNow } from '../../parts/use-now.ts';
import { Utc } from '../../parts/utc.tsx';

const DAYS = 90;
const MS_OF_DAY = 86_400_000;

/** How each control held over the last quarter, and over how many of what. */
export function ControlsHeld({ workflow }: { readonly workflow: string }) {
  const from = new Date(useNow(3600) - DAYS * MS_OF_DAY).toISOString().slice(0, 10);
  const query = useCoverage({ workflow, from });
  return (
    <Panel id="controls-held" title={`How its controls held in ${DAYS} days`}>
      <Answered query={query}>
        {({ items, evaluated_until }) =>
          items.length === 0 ? (
            <Empty>Nothing ran.</Empty>
          ) : (
            <>
              <Table
                caption="How its controls held"
                columns={COLUMNS}
                rows={items}
                id={({ control }) => control}
              />
              <p className="quiet">
                Evaluated until <Utc iso={evaluated_until} form="second" />. What is newer is not known yet,
                and counts as neither.
              </p>
            </>
          )
        }
      </Answered>
    </Panel>
  );
}

const COLUMNS: readonly Column<Coverage>[] = [
  { name: 'Control', head: true, cell: ({ control }) => controlText(control) },
  {
    name: 'Held for',
    number: true,
    cell: ({ passed, population, population_of }) =>
      `${passed} of ${population} ${NOUNS[population_of] ?? population_of}`,
  },
  {
    name: 'Failed',
    number: true,
    cell: ({ failed, control, workflow }) =>
      failed === 0 ? (
        0
      ) : (
        <Link to={`/flags?${new URLSearchParams({ state: '', control, workflow })}`}>{failed}</Link>
      ),
  },
  { name: 'Not known yet', number: true, cell: ({ unknown }) => unknown },
];

const NOUNS: Readonly<Record<string, string>> = {
  runs: 'runs',
  calls: 'calls',
  samples: 'samples',
  incidents: 'incidents',
};
