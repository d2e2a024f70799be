import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { securePair } from '../../../tests/fixtures/secure-pair.ts';
import { receiveBuffer } from '../thread.ts';
import { readShared } from './shared-read.ts';

it('reads what a server’s connections bring into one buffer, in order, to their ends', async () => {
  const read: Buffer[] = [];
  const buffers = new Set<Buffer>();
  let ended = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    readShared(socket, (buffer, end) => {
      buffers.add(buffer);
      read.push(Buffer.from(buffer.subarray(0, end)));
      return true;
    });
    socket.once('end', () => ended++);
    socket.write('hello');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sent: Buffer[] = [];
  for (let n = 1; n <= 3; n++) {
    const client: Socket = connect(port, '127.0.0.1');
    const greeted = once(client, 'data');
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at * n));
    sent.push(bytes);
    client.end(bytes);
    expect(String((await greeted)[0])).toBe('hello');
    await once(client, 'close');
  }
  server.close();
  await once(server, 'close');
  expect(Buffer.concat(read).equals(Buffer.concat(sent))).toBe(true);
  expect([...buffers]).toEqual([receiveBuffer]);
  expect(ended).toBe(3);
});

it('reads what comes over TLS into it, too', async () => {
  const [near, far] = await securePair();
  const read: Buffer[] = [];
  readShared(far, (buffer, end) => {
    expect(buffer).toBe(receiveBuffer);
    read.push(Buffer.from(buffer.subarray(0, end)));
    return true;
  });
  const sent = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at * 7));
  near.end(sent);
  await once(far, 'end');
  far.destroy();
  expect(Buffer.concat(read).equals(sent)).toBe(true);
});

it('reads a socket that Node arranges otherwise as a stream', async () => {
  const read: Buffer[] = [];
  const server = createServer((socket) => {
    const { _handle: handle } = socket as unknown as { _handle: object };
    Object.assign(handle, { useUserBuffer: undefined });
    readShared(socket, (buffer, end) => {
      expect(buffer).not.toBe(receiveBuffer);
      read.push(buffer.subarray(0, end));
      return true;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.end('bytes');
  await once(client, 'close');
  server.close();
  expect(String(Buffer.concat(read))).toBe('bytes');
});
