// Snappy's block format with literals only: valid for every decoder, and not compressed. What
// compressing would save of some kilobytes a second is not worth a dependency.

const MAX_LITERAL = 65_536;

export function snappy(data: Buffer): Buffer {
  const parts: Buffer[] = [varint(data.length)];
  for (let from = 0; from < data.length; from += MAX_LITERAL) {
    const literal = data.subarray(from, from + MAX_LITERAL);
    const tag = Buffer.alloc(3);
    // 61 in the upper six bits: two bytes with the length less one follow
    tag[0] = 61 << 2;
    tag.writeUInt16LE(literal.length - 1, 1);
    parts.push(tag, literal);
  }
  return Buffer.concat(parts);
}

/** Seven bits a byte, the lowest first; the encoding of protobuf and of snappy. */
export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
