/** One column's values, row by row. */
type Values = unknown[];

/** How a type is read: what precedes a block's data, and then the data of so many rows. */
interface TypeReader {
  prefix(): void;
  values(rows: number): Values;
}

/**
 * Reads a block of ClickHouse's Native format, as far as the landing table's types go; for tests, which want to see what
 * was sent. Source: ClickHouse, src/Formats/NativeReader.cpp and src/DataTypes/Serializations.
 */
export class NativeReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The next block's columns by name; undefined at the end. */
  block(): ReadonlyMap<string, Values> | undefined {
    if (this.#position >= this.#bytes.length) return undefined;
    const [columns, rows] = [this.#varint(), this.#varint()];
    const read = new Map<string, Values>();
    for (let i = 0; i < columns; i++) {
      const name = this.#string();
      const type = this.#type(this.#string());
      if (rows > 0) type.prefix();
      read.set(name, rows > 0 ? type.values(rows) : []);
    }
    return read;
  }

  #type(name: string): TypeReader {
    const [outer = '', inner = ''] = /^(\w+)(?:\((.*)\))?$/.exec(name)?.slice(1) ?? [];
    if (outer === 'String') return this.#plain(() => this.#string());
    if (outer === 'UInt64') return this.#plain(() => this.#uint64());
    if (outer === 'DateTime64') return this.#plain(() => BigInt.asIntN(64, this.#uint64()));
    if (outer === 'LowCardinality') return this.#lowCardinality(this.#type(inner));
    if (outer === 'Array') return this.#array(this.#type(inner));
    if (outer === 'Map') return this.#map(inner);
    throw new Error(`no reader for the type ${name}`);
  }

  #plain(read: () => unknown): TypeReader {
    return { prefix: () => undefined, values: (rows) => Array.from({ length: rows }, read) };
  }

  #lowCardinality(keys: TypeReader): TypeReader {
    return {
      prefix: () => void this.#uint64(),
      values: (rows) => {
        if (rows === 0) return [];
        const width = 2 ** Number(this.#uint64() & 0xffn);
        const dictionary = keys.values(Number(this.#uint64()));
        const indexes = Number(this.#uint64());
        return Array.from({ length: indexes }, () => dictionary[this.#integer(width)]);
      },
    };
  }

  #array(items: TypeReader): TypeReader {
    return {
      prefix: () => items.prefix(),
      values: (rows) => {
        const ends = Array.from({ length: rows }, () => Number(this.#uint64()));
        const all = items.values(ends.at(-1) ?? 0);
        return ends.map((end, row) => all.slice(ends[row - 1] ?? 0, end));
      },
    };
  }

  #map(inner: string): TypeReader {
    const comma = inner.lastIndexOf(', ');
    const keys = this.#type(inner.slice(0, comma));
    const values = this.#type(inner.slice(comma + 2));
    return this.#array({
      prefix: () => {
        keys.prefix();
        values.prefix();
      },
      values: (rows) => {
        const names = keys.values(rows);
        const texts = values.values(rows);
        return names.map((name, index) => [name, texts[index]]);
      },
    });
  }

  #integer(width: number): number {
    const value = width === 8 ? Number(this.#uint64()) : this.#bytes.readUIntLE(this.#position, width);
    if (width < 8) this.#position += width;
    return value;
  }

  #uint64(): bigint {
    this.#position += 8;
    return this.#bytes.readBigUInt64LE(this.#position - 8);
  }

  #string(): string {
    const length = this.#varint();
    this.#position += length;
    return this.#bytes.toString('utf8', this.#position - length, this.#position);
  }

  #varint(): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.#bytes[this.#position++] ?? 0;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  }
}
