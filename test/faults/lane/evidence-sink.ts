import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Collector, createCollector, type LandingRow, staticKeyVerifier } from '@tollgate/collector';
import { landingRows } from '@tollgate/collector/testing';
import { type EvidenceRecord, parseRecord, TOLLGATE } from '@tollgate/contract';

/** A record that has arrived, with the process that wrote it. */
export interface ArrivedRecord {
  readonly life: string;
  readonly text: string;
  readonly record: EvidenceRecord;
}

/** The real collector on loopback; what it stores stays in memory. It can be away. */
export class EvidenceSink {
  /** Connections are dropped. */
  away = false;
  /** Spans that carry no record, or that the collector could not take. There are none. */
  foreign = 0;
  private readonly collector: Collector;
  private readonly server: Server;
  private readonly byRun = new Map<string, ArrivedRecord[]>();

  private constructor(key: string, workflow: string) {
    this.collector = createCollector({
      insert: async (rows) => {
        for (const row of landingRows(rows)) this.take(row);
        return { kind: 'stored' };
      },
      quarantine: async (rows) => {
        this.foreign += rows.length;
        return { kind: 'stored' };
      },
      verifyKey: staticKeyVerifier([
        { key, principal: 'test-agent', team: 'support', workflows: [workflow] },
      ]),
    });
    this.server = createServer((request, response) => {
      if (this.away) request.socket.destroy();
      else this.collector.handler(request, response);
    });
  }

  static async open(key: string, workflow: string): Promise<EvidenceSink> {
    const sink = new EvidenceSink(key, workflow);
    await new Promise<void>((resolve) => sink.server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1/traces`;
  }

  /** Everything of a run, as it came: a batch whose answer was lost comes twice. */
  ofRun(runId: string): readonly ArrivedRecord[] {
    return this.byRun.get(runId) ?? [];
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    await this.collector.close();
  }

  private take(row: LandingRow): void {
    const text = new Map(row.spanAttributes).get(TOLLGATE.record) ?? '';
    const record = parseRecord(text);
    if (typeof record === 'string') {
      this.foreign += 1;
      return;
    }
    const life = new Map(row.resourceAttributes).get('faults.life') ?? '';
    const known = this.byRun.get(record.run_id) ?? [];
    known.push({ life, text, record });
    this.byRun.set(record.run_id, known);
  }
}
