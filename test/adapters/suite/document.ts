import type { Chapter } from '../cases/index.ts';
import type { Driver } from '../driver.ts';
import type { Cell } from './cell.ts';
import { BYPASSING } from './judge.ts';
import { versionOf } from './versions.ts';

const SIGNS = { holds: '✓', not_applicable: 'n/a', broken: '✗', crashed: '✗' } as const;

const INTRODUCTION = `# Adapters, and what holds in each

Written by \`pnpm conformance --write\`; \`pnpm conformance --check\` fails when it has drifted. Each case is played in each
framework, with the framework's real package and its own agent loop, its model scripted by the framework's test model or by a
provider on loopback, behind a real query service and a real collector. A case judges facts only: what the tools really did,
what the model got to read, what evidence reached the collector, and what the service holds.

The last column is an adapter that goes round the gate on purpose, in the way in which adapters go wrong: each case has to
turn red (✗) for it, or the suite fails.
`;

/** docs/adapters.md: the matrix, then one line for each case. */
export function documentText(
  cells: readonly Cell[],
  drivers: readonly Driver[],
  chapters: readonly Chapter[],
): string {
  return [
    INTRODUCTION,
    '## Frameworks\n',
    frameworks(drivers),
    '## Matrix\n',
    matrix(cells, drivers, chapters),
    ...reasons(cells, drivers),
    '## Cases\n',
    ...chapters.map(chapterText),
  ].join('\n');
}

function frameworks(drivers: readonly Driver[]): string {
  const rows = drivers
    .filter(({ name }) => name !== BYPASSING)
    .map((driver) => {
      const used = driver.packageName === null ? '' : `\`${driver.packageName}\` ${versionOf(driver)}`;
      return `| \`${driver.name}\` | ${driver.title} | ${used} |`;
    });
  return ['| adapter | for | package |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

function matrix(cells: readonly Cell[], drivers: readonly Driver[], chapters: readonly Chapter[]): string {
  const row = (name: string) =>
    drivers.map((driver) => {
      const cell = cells.find((one) => one.driver === driver.name && one.name === name);
      return cell === undefined ? '?' : SIGNS[cell.kind];
    });
  const lines = chapters.flatMap(({ cases }) =>
    cases.map(({ name }) => `| [${name}](#${name}) | ${row(name).join(' | ')} |`),
  );
  return [
    `| case | ${drivers.map(({ name }) => name).join(' | ')} |`,
    `| --- | ${drivers.map(() => ':-:').join(' | ')} |`,
    ...lines,
    '',
  ].join('\n');
}

function reasons(cells: readonly Cell[], drivers: readonly Driver[]): readonly string[] {
  const why = drivers.flatMap(({ name }) => {
    const cell = cells.find((one) => one.driver === name && one.kind === 'not_applicable');
    return cell?.kind === 'not_applicable' ? [`n/a for \`${name}\`: ${cell.why}\n`] : [];
  });
  return why;
}

function chapterText({ title, cases }: Chapter): string {
  const lines = cases.map(
    ({ name, holds, from }) => `- <a id="${name}"></a>**${name}.** ${holds} *${from}.*`,
  );
  return [`### ${title}\n`, ...lines, ''].join('\n');
}
