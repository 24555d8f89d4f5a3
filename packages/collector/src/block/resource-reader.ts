import { readResource } from '../otlp/decode-protobuf.ts';
import { defectOf, type OtlpDefect } from '../otlp/defect.ts';
import type { MessageMeter } from '../otlp/message-meter.ts';
import type { KeyValue } from '../otlp/model.ts';
import type { Principal } from '../principal.ts';
import { isForbidden } from '../rows/claims.ts';
import { type RowResource, rowResource } from '../rows/landing-row.ts';
import { AttributeList, KNOWN_KEYS, PRINCIPAL, RECORD, SERVICE_NAME, WORKFLOW } from './attribute-list.ts';
import type { Bytes } from './bytes.ts';
import type { Cursor } from './cursor.ts';
import { misplaced } from './defects.ts';
import { type LandingColumns, NO_TEXT } from './landing-columns.ts';
import { Ranges } from './ranges.ts';
import { isRefusal } from './refusal.ts';
import type { Shared } from './shared.ts';
import { UNMETERED } from './unmetered.ts';

/** Tag of `Resource.attributes`, resource.proto. */
const ATTRIBUTE = 0x0a;

interface Model {
  readonly attributes: readonly KeyValue[];
  readonly row: RowResource;
}

/** Reads the resource that some spans share, puts the principal of the key into it, and judges claims. */
export class ResourceReader {
  readonly #columns: LandingColumns;
  readonly #shared: Shared;
  readonly #attributes: AttributeList;
  readonly #ranges = new Ranges();
  #principal: Principal | undefined;
  /** Whether the principal may speak for some workflows only. */
  #isBound = true;
  /** Whether what is shared now is a resource that nothing was sent for. */
  #isEmptyShared = false;
  #model: Model | undefined;
  /** What is wrong with it, and so with every one of its spans. */
  defect: OtlpDefect | undefined;
  /** Whether it claims a workflow that is not the principal's. */
  isForbidden = false;

  constructor(columns: LandingColumns, shared: Shared) {
    this.#columns = columns;
    this.#shared = shared;
    this.#attributes = new AttributeList(columns.resourceAttributes);
  }

  begin(principal: Principal): void {
    this.#principal = principal;
    this.#isBound = !principal.workflows.includes('*');
    this.#isEmptyShared = false;
  }

  clear(): void {
    this.#ranges.clear();
    this.#model = undefined;
    this.defect = undefined;
    this.isForbidden = false;
  }

  /** Whether nothing was sent for it. */
  get isEmpty(): boolean {
    return this.#ranges.isEmpty;
  }

  found(start: number, end: number): void {
    this.#ranges.add(start, end);
  }

  /** Reads what was found. */
  read(cursor: Cursor, meter: MessageMeter): void {
    if (this.#ranges.isEmpty && this.#isEmptyShared) return;
    const { at, end, body } = cursor;
    const before = meter.count;
    this.#shared.write();
    this.#isEmptyShared = this.#ranges.isEmpty;
    try {
      this.#readAttributes(cursor, meter);
      this.#write(body, meter);
      this.isForbidden = !this.allows(this.#attributes, body);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // The model says which of several defects comes first, and counts the resources once more.
      meter.rewind(before - this.#ranges.count);
      const model = defectOf(() => this.#ranges.readers(body, meter).flatMap(readResource));
      if (!('defect' in model)) throw error;
      this.defect = model.defect;
    }
    cursor.at = at;
    cursor.end = end;
  }

  /** Whether the principal may make the claims among some attributes. */
  allows(attributes: AttributeList, body: Bytes): boolean {
    if (!this.#isBound || !attributes.hasKnown) return true;
    const allowed = this.#principal?.workflows ?? [];
    for (let i = 0; i < attributes.count; i++) {
      const key = attributes.key(i);
      if (key !== WORKFLOW && key !== RECORD) continue;
      if (isForbidden(allowed, KNOWN_KEYS[key] ?? '', attributes.text(i, body))) return false;
    }
    return true;
  }

  /** As the model has it, for the spans that need it. */
  model(body: Bytes): Model {
    this.#model ??= this.#readModel(body);
    return this.#model;
  }

  #readModel(body: Bytes): Model {
    const attributes = this.#ranges.readers(body, UNMETERED).flatMap(readResource);
    return { attributes, row: rowResource(attributes, this.#principal?.principal ?? '') };
  }

  #readAttributes(cursor: Cursor, meter: MessageMeter): void {
    this.#attributes.begin();
    for (let i = 0; i < this.#ranges.count; i++) {
      cursor.at = this.#ranges.start(i);
      cursor.end = this.#ranges.end(i);
      for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
        if (tag === ATTRIBUTE) this.#attributes.read(cursor, meter);
        else if (tag >>> 3 === 1) throw misplaced(tag & 7);
        else cursor.skip(tag);
      }
    }
    this.#attributes.addText(PRINCIPAL, this.#principal?.principal ?? '');
  }

  #write(body: Bytes, meter: MessageMeter): void {
    const { resourceKeys, resourceValues } = this.#shared;
    resourceKeys.length = resourceValues.length = 0;
    this.#attributes.write(resourceKeys, resourceValues, body, meter);
    const service = this.#attributes.indexOf(SERVICE_NAME);
    const { serviceName } = this.#columns;
    this.#shared.service = service < 0 ? NO_TEXT : serviceName.entryOf(this.#attributes.text(service, body));
  }
}
