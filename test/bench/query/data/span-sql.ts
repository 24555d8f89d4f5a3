import { CONTENT, GEN_AI, TOLLGATE } from '@tollgate/contract';
import { MODELS } from '../../ingest/load/span.ts';
import { WORDS } from '../../ingest/load/words.ts';
import {
  actionOf,
  callIdOf,
  classOf,
  enforcementOf,
  noteOf,
  reasonOf,
  timeOf,
  toolOf,
  verdictOf,
} from './call-sql.ts';
import { pick, quoted } from './literal.ts';
import { SPANS_OF_RUN } from './plan.ts';
import { RECORD_OF_SPAN, withRecords } from './record-sql.ts';

/** A number below `most`, another for each salt. */
const below = (most: number, salt: string) => `(cityHash64(r, s, '${salt}') % ${most})`;
const hex = (length: number, salt: string) =>
  `substring(lower(hex(sipHash128(r, s, '${salt}'))), 1, ${length})`;
/** Words of a random order, two at a time: they compress about as text does. */
const sentence = (words: number, salt: string) =>
  `arrayStringConcat(arrayMap(i -> pairs[1 + cityHash64(r, s, i, '${salt}') % ${WORDS.length ** 2}], range(${words / 2})), ' ')`;
const PAIRS = `arrayFlatten(arrayMap(a -> arrayMap(b -> concat(a, ' ', b), words), words))`;
const spanId = (span: string) => `leftPad(lower(hex(bitOr(cityHash64(r, ${span}, 'span'), 1))), 16, '0')`;

const attributes = (...pairs: readonly (readonly [string, string])[]) =>
  `CAST(map(${pairs.map(([name, value]) => `${quoted(name)}, toString(${value})`).join(', ')}), 'Map(LowCardinality(String), String)')`;

const OF_RUN = [
  [TOLLGATE.runId, 'run_id'],
  [TOLLGATE.writer, 'writer'],
  [TOLLGATE.workflow, 'workflow'],
  [TOLLGATE.policyVersion, 'policy_version'],
  [TOLLGATE.owner, 'owner'],
  [TOLLGATE.team, 'team'],
] as const;

const EDGE = attributes(
  ...OF_RUN,
  [TOLLGATE.finalStatus, `if(s = 0, '', final_status)`],
  [TOLLGATE.record, 'record'],
  ['service.instance.id', hex(32, 'instance')],
  [CONTENT.input, `concat('{"text":"', ${sentence(60, 'edge')}, '"}')`],
);

/** Within the scope that the workflow file gives each tool. */
const ARGUMENTS = `multiIf(
  ${classOf('c')} = 3, concat('{"text":"', ${sentence(24, 'reply')}, '","to":"', ${hex(8, 'to')}, '@example.com"}'),
  ${classOf('c')} = 2, concat('{"id":"', ${hex(12, 'id')}, '","label":"done"}'),
  concat('{"query":"', ${sentence(8, 'search')}, '"}'))`;

const GOVERNED = attributes(
  ...OF_RUN,
  [GEN_AI.toolName, toolOf('c')],
  [GEN_AI.toolCallId, callIdOf('c')],
  [TOLLGATE.action, actionOf('c')],
  [TOLLGATE.actionClass, classOf('c')],
  [TOLLGATE.verdict, verdictOf('c')],
  [TOLLGATE.reason, reasonOf('c')],
  [TOLLGATE.enforcement, enforcementOf('c')],
  [TOLLGATE.outcome, `if(k = 2, 'succeeded', '')`],
  [TOLLGATE.approvalId, `''`],
  [TOLLGATE.rollbackNote, noteOf('c')],
  [TOLLGATE.record, 'record'],
  [CONTENT.arguments, `if(k = 1, ${ARGUMENTS}, '')`],
  [CONTENT.result, `if(k = 2, concat('{"text":"', ${sentence(24, 'result')}, '"}'), '')`],
);

const MODEL = attributes(
  [TOLLGATE.runId, 'run_id'],
  [TOLLGATE.workflow, 'workflow'],
  [TOLLGATE.owner, 'owner'],
  [TOLLGATE.team, 'team'],
  [GEN_AI.operation, `'chat'`],
  [GEN_AI.provider, `'openai'`],
  [GEN_AI.requestModel, 'model'],
  [GEN_AI.responseModel, 'model'],
  [GEN_AI.responseId, `concat('chatcmpl-', ${hex(24, 'response')})`],
  [GEN_AI.inputTokens, `400 + ${below(4000, 'input')}`],
  [GEN_AI.outputTokens, `20 + ${below(400, 'output')}`],
  [GEN_AI.cacheReadTokens, below(400, 'cached')],
  ['gen_ai.request.temperature', `'0.2'`],
  ['gen_ai.request.max_tokens', '1024'],
  ['server.address', `'api.openai.com'`],
  [GEN_AI.inputMessages, `concat('[{"role":"user","content":"', ${sentence(60, 'question')}, '"}]')`],
  [GEN_AI.outputMessages, `concat('[{"role":"assistant","content":"', ${sentence(30, 'answer')}, '"}]')`],
);

const PLAIN = attributes(
  [TOLLGATE.runId, 'run_id'],
  ['http.request.method', `'GET'`],
  ['http.response.status_code', '200'],
  ['http.route', `'/api/tickets/{id}'`],
  ['url.full', `concat('https://helpdesk.example.com/api/tickets/', ${hex(12, 'ticket')}, '?expand=owner')`],
  ['url.scheme', `'https'`],
  ['server.address', `'helpdesk.example.com'`],
  ['server.port', '443'],
  ['client.address', `concat('10.0.', toString(${below(256, 'net')}), '.', toString(${below(256, 'host')}))`],
  ['network.protocol.version', `'1.1'`],
  ['user_agent.original', `'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)'`],
  ['db.system.name', `'postgresql'`],
  [
    'db.query.text',
    `concat('SELECT id, subject, ', ${sentence(24, 'query')}, ' FROM tickets WHERE id = $1 LIMIT 20')`,
  ],
  ['http.response.body.size', `1000 + ${below(60_000, 'size')}`],
  ['request.id', hex(32, 'request')],
);

const EMPTY_MAPS = `CAST([], 'Array(Map(LowCardinality(String), String))')`;

/** What a kind of span says, from rows of runs with the number `s` of the span and `c` of its call. */
interface Kind {
  readonly name: string;
  readonly kind: 'Client' | 'Internal';
  readonly scope: string;
  readonly attributes: string;
  readonly duration: string;
}

const columns = ({ name, kind, scope, attributes: said, duration }: Kind) => `
  fromUnixTimestamp64Nano(${timeOf('s')}) AS Timestamp,
  trace_id AS TraceId,
  ${spanId('s')} AS SpanId,
  if(s = 0, '', ${spanId('toUInt64(0)')}) AS ParentSpanId,
  '' AS TraceState,
  ${name} AS SpanName,
  '${kind}' AS SpanKind,
  concat(team, '-service') AS ServiceName,
  CAST(map('service.name', ServiceName, 'service.version', '1.4.2', 'host.name', concat(team, '-', toString(r % 8)),
    'process.pid', toString(1000 + r % 500), '${TOLLGATE.principal}', principal), 'Map(LowCardinality(String), String)') AS ResourceAttributes,
  '${scope}' AS ScopeName,
  '1.2.0' AS ScopeVersion,
  mapFilter((name, value) -> value != '', ${said}) AS SpanAttributes,
  toUInt64(${duration}) AS Duration,
  'Unset' AS StatusCode,
  '' AS StatusMessage,
  CAST([], 'Array(DateTime64(9))') AS \`Events.Timestamp\`,
  CAST([], 'Array(LowCardinality(String))') AS \`Events.Name\`,
  ${EMPTY_MAPS} AS \`Events.Attributes\`,
  CAST([], 'Array(String)') AS \`Links.TraceId\`,
  CAST([], 'Array(String)') AS \`Links.SpanId\`,
  CAST([], 'Array(String)') AS \`Links.TraceState\`,
  ${EMPTY_MAPS} AS \`Links.Attributes\``;

const OURS = '@tollgate/instrumentation';
const EDGE_SPAN: Kind = {
  name: `concat('invoke_workflow ', workflow)`,
  kind: 'Internal',
  scope: OURS,
  attributes: EDGE,
  duration: '0',
};
const GOVERNED_SPAN: Kind = {
  name: `concat(if(k = 1, 'gate ', 'execute_tool '), ${toolOf('c')})`,
  kind: 'Internal',
  scope: OURS,
  attributes: GOVERNED,
  duration: `if(k = 2, 40000000 + ${below(90_000_000, 'duration')}, 0)`,
};
const MODEL_SPAN: Kind = {
  name: `concat('chat ', model)`,
  kind: 'Client',
  scope: '@opentelemetry/instrumentation-openai',
  attributes: MODEL,
  duration: `1200000000 + ${below(2_000_000_000, 'duration')}`,
};
const PLAIN_SPAN: Kind = {
  name: `'GET /api/tickets'`,
  kind: 'Client',
  scope: '@opentelemetry/instrumentation-http',
  attributes: PLAIN,
  duration: '2000000',
};

const EDGES = `[toUInt64(0), ${SPANS_OF_RUN} - 1]`;
const OF_CALLS = (k: number) => `arrayMap(c -> toUInt64(4 * c + 1 + ${k}), range(toUInt64(calls)))`;
/** The decision and the end of each call; a call that was refused has no end. */
const GOVERNED_SPANS = `arrayFilter(s -> NOT (refused AND s = 4 * (calls - 1) + 3), arrayConcat(${OF_CALLS(1)}, ${OF_CALLS(2)}))`;

/**
 * Every span of some runs, as rows of the exporter's columns: its start and end, and of each call the model call, the decision, the
 * end, and what the tool asked of a database.
 */
export function spansSql(runs: string): string {
  const recorded = withRecords(runs);
  const with_records = (spans: string) => `
    SELECT * EXCEPT (pieces, prevs_and_head, prevs, records), s, record, toInt8((s - 1) % 4) AS k, intDiv(s - 1, 4) AS c
    FROM (SELECT *, ${spans} AS span_numbers, arrayMap(s -> ${RECORD_OF_SPAN}, span_numbers) AS span_records FROM (${recorded}))
    ARRAY JOIN span_records AS record, span_numbers AS s`;
  const plain = (spans: string) => `SELECT *, arrayJoin(${spans}) AS s FROM (${runs})`;
  const model = `${pick(MODELS, "cityHash64(r, s, 'model')")} AS model`;
  return `
WITH [${WORDS.map(quoted).join(', ')}] AS words, ${PAIRS} AS pairs
SELECT ${columns(EDGE_SPAN)} FROM (${with_records(EDGES)})
UNION ALL
SELECT ${columns(GOVERNED_SPAN)} FROM (${with_records(GOVERNED_SPANS)})
UNION ALL
SELECT ${columns(MODEL_SPAN)} FROM (SELECT *, ${model} FROM (${plain(OF_CALLS(0))}))
UNION ALL
SELECT ${columns(PLAIN_SPAN)} FROM (${plain(`arrayConcat(${OF_CALLS(3)}, if(refused, [toUInt64(4 * (calls - 1) + 3)], []))`)})`;
}
