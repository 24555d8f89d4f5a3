/** Families of names under which instrumentation sends one thing. */
export const CONVENTIONS = [
  'GenAI',
  'GenAI, old',
  'OpenInference',
  'OpenLLMetry',
  'Vercel AI SDK',
  'vendor',
  'Tollgate',
] as const;
export type Convention = (typeof CONVENTIONS)[number];

/** Where one value of a report may stand on a span. */
export interface AttributeSource {
  readonly attribute: string;
  readonly convention: Convention;
  /** For an attribute whose value is JSON: the keys down to the value. */
  readonly path?: readonly string[];
}

/** Columns of `model_reports` that are read from attributes by name. */
export const REPORT_COLUMNS = [
  'operation',
  'provider',
  'model',
  'response_id',
  'input_tokens',
  'cache_read_tokens',
  'cache_creation_tokens',
  'cache_creation_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
  'service_tier',
] as const;
export type ReportColumn = (typeof REPORT_COLUMNS)[number];

/** A span attribute that says what a span stands for. The first marker that a span has decides. */
export interface Marker {
  readonly attribute: string;
  readonly convention: Convention;
  /** Values that say: one call to a model. Any other value says: not one, or a span that repeats its children's usage. */
  readonly calls: readonly string[];
  /** A pattern (RE2) that says the same, where the values are too many to list. */
  readonly callPattern?: string;
  /** Values that are a call only where the span has usage: the same library gives them to the span around it. */
  readonly callsWithUsage?: readonly string[];
}

/** A test of one attribute: it is there and not empty, or it is not, or it starts with a text. */
export type AttributeTest = { readonly attribute: string } & (
  | { readonly is: 'present' | 'absent' }
  | { readonly startsWith: string }
);

/** What a library means by what it sends, by the name and version of the scope that its spans carry. */
export interface ScopeRule {
  /** The scope's name; with `*` at the end, every name that starts so. */
  readonly scope: string;
  /** For people: package and language. */
  readonly library: string;
  /** Versions from this one on, dotted numbers; left out: from the first. */
  readonly from?: string;
  /** Versions before this one; left out: every later one. A scope without a version is in no bounded range. */
  readonly before?: string;
  /** The rule holds only where all of these hold as well. */
  readonly when?: readonly AttributeTest[];
  /** Its provider, where its spans name none. */
  readonly provider?: string;
  /** Whether its input tokens include cache reads and cache creation. */
  readonly input: 'includes_cached' | 'excludes_cached';
  /** Whether zero tokens in and out are a count, or what it writes when it was not told. */
  readonly zero: 'count' | 'unknown';
  /** `unfinished`: its output tokens are not the final count, as of a stream that was left in the middle. */
  readonly output: 'final' | 'unfinished';
  /** Whether it says cached tokens at all. Where it never does, what was cached is charged as input: the cost is an upper bound. */
  readonly cached: 'said' | 'never_said';
  /** `own`: its numbers are its own estimates, so that they are not taken for usage. */
  readonly numbers: 'provider' | 'own';
  /** Whether its spans can be model calls at all. */
  readonly spans: 'by_marker' | 'never_calls';
  /** What was seen, and how. */
  readonly note: string;
}
