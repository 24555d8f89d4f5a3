import {
  CONVENTION_ATTRIBUTES,
  METADATA_ATTRIBUTES,
  MODEL_CALL_MARKERS,
  STANDARD_TIERS,
} from '@tollgate/contract';
import { userOf } from '../roles.ts';
import { textOf } from './attribute-text.ts';
import { RESOURCE } from './key-binding.ts';
import { REJECTION, SPAN_HASH } from './landing-row.ts';
import { isModelCall } from './model-call.ts';
import { RECORD_FACTS, RECORD_FACTS_TYPE } from './record-facts.ts';
import {
  isCallByMarkers,
  MAY_BE_MODEL_CALL,
  SOURCE_NUMBERS,
  SOURCE_TEXTS,
  sentTexts,
} from './report-sources.ts';
import { RESOURCE_METADATA } from './resource-metadata.ts';
import { DAYS_TO_READ } from './rolled-days.ts';
import { isKnownScope, providerOfRule, ruleSays, scopeRule } from './scope-meaning.ts';
import { serviceTier } from './service-tier.ts';
import { list, quote } from './sql.ts';

const DASHED_TRACE = [
  [1, 8],
  [9, 4],
  [13, 4],
  [17, 4],
  [21, 12],
]
  .map(([from, length]) => `substring(TraceId, ${from}, ${length})`)
  .join(`, '-', `);

const METADATA = [
  ...METADATA_ATTRIBUTES,
  ...CONVENTION_ATTRIBUTES,
  ...MODEL_CALL_MARKERS.map(({ attribute }) => attribute),
];

const prefixes = RESOURCE_METADATA.prefixes.map((prefix) => `startsWith(k, ${quote(prefix)})`).join(' OR ');

/** SQL expressions over a landing row, or over a parsed one, by the name of the placeholder that migrations use for them. */
export const FRAGMENTS: Readonly<Record<string, string>> = {
  OWNER: userOf('owner'),
  DAYS_TO_READ,
  RUN_ID: `ifNull(toUUIDOrNull(SpanAttributes['tollgate.run.id']), toUUIDOrZero(concat(${DASHED_TRACE})))`,
  // A long value is content whatever its name says.
  IS_METADATA: `(k IN ${list(METADATA)} AND length(v) <= 1024)`,
  RESOURCE_METADATA: `(k IN ${list(RESOURCE_METADATA.names)} OR ${prefixes})`,
  REJECTION,
  RECORD_FACTS,
  RECORD_FACTS_TYPE,
  RESOURCE,
  SPAN_HASH,
  IS_MODEL_CALL: isModelCall(),
  MAY_BE_MODEL_CALL,
  SOURCE_NUMBERS,
  SOURCE_TEXTS,
  SENT_TEXTS: sentTexts(),
  IS_CALL_BY_MARKERS: isCallByMarkers(),
  NEVER_CALLS: ruleSays(({ spans }) => spans === 'never_calls'),
  STANDARD_TIERS: list(STANDARD_TIERS),
  PROCESS: `if(resource['service.instance.id'] != '', resource['service.instance.id'],
      if(resource['process.pid'] != '', concat(resource['host.name'], '/', resource['process.pid']), ''))`,
  OPERATION: `if(${textOf('operation')} != '', ${textOf('operation')}, 'chat')`,
  SCOPE_RULE: scopeRule(),
  IS_KNOWN_SCOPE: isKnownScope(),
  EXCLUDES_CACHED: ruleSays(({ input }) => input === 'excludes_cached'),
  ZERO_IS_UNKNOWN: ruleSays(({ zero }) => zero === 'unknown'),
  OUTPUT_IS_UNFINISHED: ruleSays(({ output }) => output === 'unfinished'),
  CACHED_IS_UNSAID: ruleSays(({ cached }) => cached === 'never_said'),
  OWN_ESTIMATES: ruleSays(({ numbers }) => numbers === 'own'),
  PROVIDER: textOf('provider'),
  PROVIDER_OF_RULE: providerOfRule(),
  MODEL: textOf('model'),
  RESPONSE_ID: textOf('response_id'),
  INPUT_TOKENS: textOf('input_tokens'),
  OUTPUT_TOKENS: textOf('output_tokens'),
  CACHE_READ_TOKENS: textOf('cache_read_tokens'),
  CACHE_CREATION_TOKENS: textOf('cache_creation_tokens'),
  CACHE_CREATION_HOUR_TOKENS: textOf('cache_creation_1h_tokens'),
  REASONING_TOKENS: textOf('reasoning_tokens'),
  SERVICE_TIER: serviceTier(),
};
