import { z } from 'zod';
import type { Finding, JudgeContext } from './control.ts';
import { isForeign } from './rows.ts';

const sent = z.object({ run_id: z.string(), principal: z.string() });

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
  const foreign = new Map(rows.flatMap((row) => senderOf(row, context)));
  const all = judge(rows, context);
  if (foreign.size === 0) return all;
  const alone = judge(
    rows.filter((row) => !foreign.has(row)),
    context,
  );
  const own = othersMayClear ? among(alone, all) : alone;
  const strangers = Map.groupBy(foreign.values(), ({ run_id }) => run_id);
  const others = notAmong(all, own).map((finding) =>
    ofStrangers(finding, strangers.get(finding.run_id ?? '') ?? []),
  );
  return [...own, ...others];
}

function senderOf<Row>(row: Row, context: JudgeContext): [Row, z.output<typeof sent>][] {
  const { data: sender } = sent.safeParse(row);
  return sender !== undefined && isForeign(sender, context) ? [[row, sender]] : [];
}

/** A control that knows better says itself whose it is. */
function ofStrangers(finding: Finding, senders: readonly z.output<typeof sent>[]): Finding {
  if (finding.strangers !== undefined || senders.length === 0) return finding;
  const strangers = [...new Set(senders.map(({ principal }) => principal))].sort();
  return { ...finding, key: `${finding.key}:strangers`, strangers };
}

const identityOf = ({ scope, key }: Finding): string => JSON.stringify([scope, key]);

function among(findings: readonly Finding[], these: readonly Finding[]): readonly Finding[] {
  const known = new Set(these.map(identityOf));
  return findings.filter((finding) => known.has(identityOf(finding)));
}

function notAmong(findings: readonly Finding[], these: readonly Finding[]): readonly Finding[] {
  const known = new Set(among(findings, these));
  return findings.filter((finding) => !known.has(finding));
}
