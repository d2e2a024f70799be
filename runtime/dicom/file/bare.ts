// Data sets without preamble and file meta information: which encoding they are in.
import { indexDataset } from '../element/element-index.ts';
import { encodingOf, TransferSyntax } from '../element/transfer-syntax.ts';

const CANDIDATES = [
  TransferSyntax.EXPLICIT_LE,
  TransferSyntax.IMPLICIT_LE,
  TransferSyntax.EXPLICIT_BE,
];

/** Groups that a data set may start with. */
const FIRST_GROUPS = new Set([0x0002, 0x0004, 0x0008]);

/** The transfer syntax in which `bytes` (the start of a file) reads as a data set; null for none. */
export function guessBareSyntax(bytes: Buffer): string | null {
  if (bytes.length < 16) return null;
  for (const syntax of CANDIDATES) {
    const encoding = encodingOf(syntax);
    const group = encoding.bigEndian ? bytes.readUInt16BE(0) : bytes.readUInt16LE(0);
    if (!FIRST_GROUPS.has(group)) continue;
    try {
      const { elements } = indexDataset(bytes, encoding, true);
      const ordered = elements.every((one, i) => i === 0 || one.tag > (elements[i - 1]?.tag ?? 0));
      if (elements.length >= 2 && ordered) return syntax;
    } catch {
      // why: not readable in this encoding is what is being found out
    }
  }
  return null;
}
