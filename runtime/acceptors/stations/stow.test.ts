// What a STOW-RS request may cost whoever takes it: bodies that are large, many, cut, or none.
import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fileMeta } from '../../dicom/file/part10.ts';
import { closing, partHead, relatedType } from '../../web/multipart-writer.ts';
import { storeAnswer } from '../../web/store-answer.ts';
import { Archive } from '../archive/archive.ts';
import { ArchiveWeb, WEB_ROOT } from '../archive/web.ts';
import { serveWeb, type WebListening } from './stow.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';
const MB = 1024 ** 2;
let listening: WebListening;
afterEach(() => listening.close());

async function archiveOf(keepBytes: number): Promise<Archive> {
  const archive = new Archive({ keep: 'all', keepBytes }, () => performance.now());
  const services = new ArchiveWeb(archive);
  const at = { host: '127.0.0.1', port: 0, tls: null };
  listening = await serveWeb(at, (request, response) => services.answer(request, response));
  return archive;
}

function element(tag: number, vr: string, value: string): Buffer {
  const bytes = Buffer.from(value.length % 2 === 0 ? value : `${value}\0`);
  const head = Buffer.alloc(8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(vr, 4);
  head.writeUInt16LE(bytes.length, 6);
  return Buffer.concat([head, bytes]);
}

/** A part with pixel data of so many bytes, up to its value. */
function headOf(uid: string, pixels: number): Buffer {
  const pixel = Buffer.from('e07f10004f57000000000000', 'hex');
  pixel.writeUInt32LE(pixels, 8);
  return Buffer.concat([
    ...[partHead('b', 'application/dicom'), fileMeta(CT, uid, EXPLICIT)],
    ...[element(0x00080016, 'UI', CT), element(0x00080018, 'UI', uid)],
    ...[element(0x0020000d, 'UI', '1.2'), element(0x0020000e, 'UI', '1.2.3'), pixel],
  ]);
}

/** Sends pieces as they are taken; breaks off where there is no end. */
function post(pieces: Iterable<Buffer>, end = true): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': relatedType('b') };
    const at = { host: '127.0.0.1', port: listening.port, path: `${WEB_ROOT}/studies` };
    const request = httpRequest({ ...at, method: 'POST', headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on('error', end ? reject : () => resolve({ status: 0, text: '' }));
    const left = pieces[Symbol.iterator]();
    const more = (): void => {
      for (let piece = left.next(); piece.done !== true; piece = left.next()) {
        if (!request.write(piece.value)) return void request.once('drain', more);
      }
      if (end) request.end();
      else setImmediate(() => request.destroy());
    };
    more();
  });
}

const zeros = Buffer.alloc(MB);
function* large(uid: string, mb: number): Generator<Buffer> {
  yield headOf(uid, mb * MB);
  for (let i = 0; i < mb; i++) yield zeros;
}

describe('a STOW-RS request', () => {
  it('is taken within what the archive may keep: a larger instance is A700, others are stored', async () => {
    const archive = await archiveOf(8 * MB);
    const { status, text } = await post([
      ...[...large('1.2.3.1', 1), ...large('1.2.3.2', 20), ...large('1.2.3.3', 1)],
      closing('b'),
    ]);
    const { stored, failed } = storeAnswer('application/dicom+json', text);
    expect(status).toBe(202);
    expect(stored).toEqual(['1.2.3.1', '1.2.3.3']);
    expect(failed).toMatchObject([{ uid: '1.2.3.2', reason: 0xa700 }]);
    expect(archive.store.size).toBe(2);
  });

  it('leaves nothing behind when it is broken off', async () => {
    await archiveOf(8 * MB);
    // Each holds more than half of what may arrive at a time.
    for (let i = 0; i < 3; i++) {
      await post([headOf(`1.2.3.${i}`, 6 * MB), zeros, zeros, zeros, zeros, zeros], false);
      await vi.waitFor(() => expect(listening.connections).toBe(0));
    }
    const { status } = await post([...large('1.2.3.9', 6), closing('b')]);
    expect(status).toBe(200);
  });

  it('has no more parts than an answer can name', async () => {
    await archiveOf(8 * MB);
    const thousand = Buffer.concat(Array.from({ length: 1000 }, () => partHead('b', 'x')));
    const { status, text } = await post(Array.from({ length: 150 }, () => thousand));
    expect(status).toBe(413);
    expect(text).toContain('more than 100000 parts');
  });
});
