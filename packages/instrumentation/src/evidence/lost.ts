import { nowNs } from './clock.ts';

/** Records of a run that are not on record, until a gap says so. */
export class Lost {
  private count = 0;
  private readonly kinds: Record<string, number> = {};
  private readonly why = new Set<string>();
  private readonly sinceNs = nowNs();

  add(kind: string, why: string): void {
    this.count += 1;
    this.kinds[kind] = (this.kinds[kind] ?? 0) + 1;
    this.why.add(why.slice(0, 200));
  }

  /** The gap's own facts. */
  detail() {
    return {
      lost: this.count,
      kinds: { ...this.kinds },
      why: [...this.why].slice(0, 8),
      since: String(this.sinceNs),
    };
  }
}
