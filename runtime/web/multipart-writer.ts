// multipart/related on its way out (RFC 2387, PS3.18 §8.6.1.2): Part 10 instances between boundaries.
import { randomBytes } from 'node:crypto';

/** A boundary that no body holds but by the chance of 1 in 2^128. */
export function newBoundary(): string {
  return `dicomrun-${randomBytes(16).toString('hex')}`;
}

/** Content-Type of a request whose parts are Part 10 instances (PS3.18 §10.5.1.2). */
export function relatedType(boundary: string, type = 'application/dicom'): string {
  return `multipart/related; type="${type}"; boundary=${boundary}`;
}

/** What stands before the bytes of a part. */
export function partHead(boundary: string, contentType: string, location?: string): Buffer {
  const where = location === undefined ? '' : `Content-Location: ${location}\r\n`;
  const head = `\r\n--${boundary}\r\nContent-Type: ${contentType}\r\n${where}\r\n`;
  return Buffer.from(head, 'latin1');
}

/** What stands behind the last part. */
export function closing(boundary: string): Buffer {
  return Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1');
}
