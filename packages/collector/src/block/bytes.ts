/** Bytes, to be looked at one at a time and four at a time. */
export class Bytes {
  readonly buffer: Buffer;
  readonly view: DataView;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }

  static of(text: string): Bytes {
    return new Bytes(Buffer.from(text));
  }

  static allocate(size: number): Bytes {
    return new Bytes(Buffer.allocUnsafeSlow(size));
  }
}
