import { sha256Hex } from '@tollgate/contract';
import type { Finding, JudgeContext } from './control.ts';
import { isForeign } from './rows.ts';

interface Judging<Row> {
  readonly judge: (rows: readonly Row[], context: JudgeContext) => readonly Finding[];
  readonly othersMayClear?: boolean;
}

/**
 * Judges runs by what is their own, and then by everything. So nothing that another key sends of a run changes or clears what its own evidence
 * shows; what only shows with it is a finding of its own, that names whose it is. Pure.
 * @param rows of which those with a `principal` have a sender
 */
export function judgeApart<Row>(
  { judge, othersMayClear = false }: Judging<Row>,
  rows: readonly Row[],
  context: JudgeContext,
): readonly Finding[] {
  const all = judge(rows, context);
  const foreign = rows.filter((row) => isSent(row) && isForeign(row, context));
  if (foreign.length === 0) return all;
  const isOthers = new Set(foreign);
  const ownRows = rows.filter((row) => !isOthers.has(row));
  const alone = judge(ownRows, context);
  const own = othersMayClear ? alone.filter(isAmong(all)) : alone;
  const isOwn = isAmong(own);
  const others = all.filter((finding) => !isOwn(finding));
  // Whoever only has something to do with the run is not blamed for what another sent of it.
  const shows = [...Map.groupBy(foreign.filter(isSent), ({ principal }) => principal)].map(
    ([principal, sent]) => ({
      principal,
      runs: new Set(sent.map(({ run_id }) => run_id)),
      isShown: isAmong(others.length === 0 ? [] : judge([...ownRows, ...sent], context)),
    }),
  );
  const strangersOf = (finding: Finding): string[] => {
    const senders = shows.filter(({ runs }) => runs.has(finding.run_id ?? ''));
    const alike = senders.filter(({ isShown }) => isShown(finding));
    return (alike.length === 0 ? senders : alike).map(({ principal }) => principal).sort();
  };
  return [...own, ...others.map((finding) => ofStrangers(finding, strangersOf(finding)))];
}

interface Sent {
  readonly run_id: string;
  readonly principal: string;
}

/** Cheaply, since it is asked of every row of every control. */
const isSent = <Row>(row: Row): row is Row & Sent =>
  typeof row === 'object' &&
  row !== null &&
  'principal' in row &&
  typeof row.principal === 'string' &&
  'run_id' in row &&
  typeof row.run_id === 'string';

/** A control that knows better says itself whose it is. No name that an agent gives its call makes up the key of such a finding. */
function ofStrangers(finding: Finding, strangers: readonly string[]): Finding {
  if (finding.strangers !== undefined || strangers.length === 0) return finding;
  return { ...finding, key: sha256Hex(JSON.stringify(['strangers', finding.key])), strangers };
}

const identityOf = ({ scope, key }: Finding): string => JSON.stringify([scope, key]);

/** Whether a finding is one of these. */
function isAmong(findings: readonly Finding[]): (finding: Finding) => boolean {
  const known = new Set(findings.map(identityOf));
  return (finding) => known.has(identityOf(finding));
}
