// Text files that people write, in whatever their editor or shell made of them.
import { readFileSync } from 'node:fs';

/**
 * The text of a file: UTF-8, with or without the mark that Notepad and Excel put in front of it, or
 * UTF-16, which is what `>` of Windows PowerShell writes.
 *
 * @throws what the disk says
 */
export function readTextFile(path: string): string {
  return decodeText(readFileSync(path));
}

/** @internal */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe
      ? 'utf-16le'
      : first === 0xfe && second === 0xff
        ? 'utf-16be'
        : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
