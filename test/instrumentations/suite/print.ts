import type { Scenario } from '../scenarios.ts';
import type { SetUp } from '../set-ups/set-up.ts';
import type { Cell, Verdict } from './judge.ts';

export const SIGNS: Readonly<Record<Verdict, string>> = {
  exact: '✓',
  at_most: '≤',
  at_least: '≥',
  unknown: '∅',
  silent: '·',
  estimated: '≈',
  wrong: '✗',
};

export const LEGEND = `✓ tokens and cost are the provider's, counted once   ∅ counted, without a cost: nobody was told
≤ ≥ the library does not say all that prices depend on: the true cost is at most (at least) this   · the library leaves no span
≈ the library's own numbers, which pass for usage   ✗ wrong   blank: not played`;

export function matrixText(
  cells: readonly Cell[],
  setUps: readonly SetUp[],
  scenarios: readonly Scenario[],
): string {
  const width = Math.max(...setUps.map(({ name }) => name.length));
  const numbers = scenarios.map((_, index) => String(index + 1).padStart(3));
  const rows = setUps.map((setUp) => {
    const signs = scenarios.map((scenario) => signOf(cells, setUp, scenario).padStart(3));
    return `${setUp.name.padEnd(width)} ${signs.join('')}`;
  });
  const legend = scenarios.map(
    ({ name, about }, index) => `${String(index + 1).padStart(3)} ${name}: ${about}`,
  );
  return [`${''.padEnd(width)} ${numbers.join('')}`, ...rows, '', ...legend, '', LEGEND].join('\n');
}

export function signOf(cells: readonly Cell[], setUp: SetUp, scenario: Scenario): string {
  const cell = cells.find((one) => one.setUp === setUp && one.scenario === scenario);
  return cell === undefined ? '' : SIGNS[cell.verdict];
}
