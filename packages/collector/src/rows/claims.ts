import { parseCanonicalJson, TOLLGATE } from '@tollgate/contract';
import type { KeyValue } from '../otlp/model.ts';
import type { Principal } from '../principal.ts';
import { asString } from './as-string.ts';

/**
 * What a span claims beyond its principal's workflows, in words for the sender; undefined where nothing.
 * A claim is made by the attribute, on the span or on its resource, and by the evidence record, whose own `workflow`
 * is what gets stored.
 */
export function forbiddenClaim(
  principal: Principal,
  resource: readonly KeyValue[],
  span: readonly KeyValue[],
): string | undefined {
  const allowed = principal.workflows;
  if (allowed.includes('*')) return undefined;
  return forbiddenIn(allowed, resource) ?? forbiddenIn(allowed, span);
}

function forbiddenIn(allowed: readonly string[], attributes: readonly KeyValue[]): string | undefined {
  for (const { key, value } of attributes) {
    if (key !== TOLLGATE.workflow && key !== TOLLGATE.record) continue;
    const claim = claimOf(key, asString(value));
    if (claim === UNREADABLE)
      return 'its evidence record is not canonical JSON, so its workflow cannot be checked';
    if (!mayClaim(allowed, claim)) return `workflow ${JSON.stringify(claim)} is not this key's`;
  }
  return undefined;
}

/**
 * Whether the text of one attribute claims what is not among the allowed workflows.
 * @param key `tollgate.workflow` or `tollgate.record`; under any other, nothing is claimed
 */
export const isForbidden = (allowed: readonly string[], key: string, text: string): boolean =>
  !mayClaim(allowed, claimOf(key, text));

const mayClaim = (allowed: readonly string[], claim: Claim): boolean =>
  claim !== UNREADABLE && (!claim || allowed.includes(claim));

const UNREADABLE = Symbol('unreadable');
type Claim = string | undefined | typeof UNREADABLE;

function claimOf(key: string, text: string): Claim {
  if (key === TOLLGATE.workflow) return text;
  return key === TOLLGATE.record ? recordWorkflow(text) : undefined;
}

/** The last record that was read: what is refused is read twice, quickly and then by the model, and most of its time goes here. */
let last: { readonly record: string; readonly claim: Claim } | undefined;

function recordWorkflow(record: string): Claim {
  if (last?.record !== record) last = { record, claim: readWorkflow(record) };
  return last.claim;
}

/** Text in which two parsers could find two workflows (a repeated key, an escaped one) has to be canonical, which has neither. */
function readWorkflow(record: string): Claim {
  const { stackTraceLimit } = Error;
  // Nobody sees these errors, and a body may be full of what makes them: their stacks would cost more than the parsing.
  Error.stackTraceLimit = 0;
  try {
    const parsed: unknown = namesOnce(record) ? JSON.parse(record) : parseCanonicalJson(record);
    if (typeof parsed !== 'object' || parsed === null || !('workflow' in parsed)) return undefined;
    return typeof parsed.workflow === 'string' ? parsed.workflow : UNREADABLE;
  } catch {
    return UNREADABLE;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const NAME = '"workflow"';

/** Whether the name can be there once at most, for every parser: quicker to see than that all of the text is canonical. */
function namesOnce(record: string): boolean {
  const at = record.indexOf(NAME);
  return !record.includes('\\') && at >= 0 && record.indexOf(NAME, at + NAME.length) < 0;
}
