import { KNOWN_KEYS } from './attribute-list.ts';
import { ArrayColumn, Offsets } from './columns/array-column.ts';
import type { Column } from './columns/column.ts';
import { LowCardinalityColumn } from './columns/low-cardinality-column.ts';
import { MapColumn } from './columns/map-column.ts';
import { StringColumn } from './columns/string-column.ts';
import { UInt64Column } from './columns/uint64-column.ts';
import { NativeParts } from './native-parts.ts';

/** The entry of the empty text among names. */
export const NO_TEXT = 0;
export const SPAN_KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer', ''];
export const STATUS_CODES = ['Unset', 'Ok', 'Error', ''];

/** The columns of `otlp_spans` (packages/clickhouse/migrations/0001_landing.sql) while rows are gathered. */
export class LandingColumns {
  readonly timestamp = new UInt64Column('DateTime64(9)');
  readonly traceId = new StringColumn();
  readonly spanId = new StringColumn();
  readonly parentSpanId = new StringColumn();
  readonly traceState = new StringColumn();
  readonly spanName = new LowCardinalityColumn(['']);
  readonly spanKind = new LowCardinalityColumn(SPAN_KINDS);
  readonly serviceName = new LowCardinalityColumn(['']);
  readonly resourceAttributes = new MapColumn(KNOWN_KEYS);
  readonly scopeName = new StringColumn();
  readonly scopeVersion = new StringColumn();
  readonly spanAttributes = new MapColumn(KNOWN_KEYS);
  readonly duration = new UInt64Column('UInt64');
  readonly statusCode = new LowCardinalityColumn(STATUS_CODES);
  readonly statusMessage = new StringColumn();
  readonly events = new Offsets();
  readonly eventTimestamp = new ArrayColumn(this.events, new UInt64Column('DateTime64(9)'));
  readonly eventName = new ArrayColumn(this.events, new LowCardinalityColumn(['']));
  readonly eventAttributes = new ArrayColumn(this.events, new MapColumn(KNOWN_KEYS));
  readonly links = new Offsets();
  readonly linkTraceId = new ArrayColumn(this.links, new StringColumn());
  readonly linkSpanId = new ArrayColumn(this.links, new StringColumn());
  readonly linkTraceState = new ArrayColumn(this.links, new StringColumn());
  readonly linkAttributes = new ArrayColumn(this.links, new MapColumn(KNOWN_KEYS));

  /** In the order of the table. */
  readonly table: readonly (readonly [name: string, column: Column])[] = [
    ['Timestamp', this.timestamp],
    ['TraceId', this.traceId],
    ['SpanId', this.spanId],
    ['ParentSpanId', this.parentSpanId],
    ['TraceState', this.traceState],
    ['SpanName', this.spanName],
    ['SpanKind', this.spanKind],
    ['ServiceName', this.serviceName],
    ['ResourceAttributes', this.resourceAttributes],
    ['ScopeName', this.scopeName],
    ['ScopeVersion', this.scopeVersion],
    ['SpanAttributes', this.spanAttributes],
    ['Duration', this.duration],
    ['StatusCode', this.statusCode],
    ['StatusMessage', this.statusMessage],
    ['Events.Timestamp', this.eventTimestamp],
    ['Events.Name', this.eventName],
    ['Events.Attributes', this.eventAttributes],
    ['Links.TraceId', this.linkTraceId],
    ['Links.SpanId', this.linkSpanId],
    ['Links.TraceState', this.linkTraceState],
    ['Links.Attributes', this.linkAttributes],
  ];

  /** Everything that is written to, each once. */
  readonly storages = [...new Set(this.table.flatMap(([, column]) => column.storages))];
  /** What is written while a span is still being read, and taken back when it turns out to be defective. */
  readonly unfinished = [
    ...new Set(
      [
        this.spanName,
        this.spanAttributes,
        this.eventTimestamp,
        this.eventName,
        this.eventAttributes,
        this.linkTraceId,
        this.linkSpanId,
        this.linkTraceState,
        this.linkAttributes,
      ].flatMap((column) => column.storages),
    ),
  ];

  get rows(): number {
    return this.timestamp.values.length / 2;
  }

  get bytes(): number {
    return this.storages.reduce((sum, { usedBytes }) => sum + usedBytes, 0);
  }

  get allocatedBytes(): number {
    return this.storages.reduce((sum, { allocatedBytes }) => sum + allocatedBytes, 0);
  }

  clear(release: boolean): void {
    for (const storage of this.storages) storage.clear(release);
  }

  /** One block in ClickHouse's Native format; views of the columns' memory. */
  native(): readonly Uint8Array[] {
    const out = new NativeParts();
    out.varint(this.table.length);
    out.varint(this.rows);
    for (const [name, column] of this.table) {
      out.text(name);
      out.text(column.type);
      column.writePrefix(out);
      column.writeData(out);
    }
    return out.parts;
  }
}
