import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, rawServer, serve } from '../../tests/wire-fixture.ts';
import type { TimeoutFailure, TransportFailure } from '../errors.ts';
import { encodePdu } from './pdu/pdu-codec.ts';
import { fullRq } from '../../tests/fixtures/pdu-samples.ts';
import { connectRaw, rawBytes, type RawConnection } from './raw.ts';

type End = TransportFailure | TimeoutFailure | null;

/** Connects, does something, and waits for the end: what was heard, and how it ended. */
function converse(
  port: number,
  act: (connection: RawConnection) => void,
  onBytes: (connection: RawConnection, heard: Buffer) => void = () => undefined,
): Promise<{ heard: Buffer; why: End }> {
  return new Promise((resolve) => {
    let heard = Buffer.alloc(0);
    const connection = connectRaw(
      { host: '127.0.0.1', port },
      {
        onConnected: act,
        onBytes: (bytes) => {
          heard = Buffer.concat([heard, bytes]);
          onBytes(connection, heard);
        },
        onClosed: (why) => resolve({ heard, why }),
      },
    );
  });
}

const never = (): void => undefined;

describe('raw connection', () => {
  afterEach(closeServers);

  it('sends hex and bytes as they are, and hears what the acceptor thinks of them', async () => {
    const port = await serve();
    const { heard } = await converse(
      port,
      (connection) => connection.send(rawBytes('ff 00 0000 0000'), 0, never),
      (connection) => connection.close(),
    );
    // An invalid PDU in state 2 is answered by A-ABORT of the service user (AA-1).
    expect(heard.toString('hex')).toBe('07000000000400000000');
  });

  it('trickles an A-ASSOCIATE-RQ that is accepted all the same', async () => {
    const port = await serve();
    const rq = encodePdu(fullRq());
    const started = performance.now();
    const { heard } = await converse(
      port,
      (connection) => connection.send(rq, 4000, never),
      (connection) => connection.reset(),
    );
    expect(heard[0]).toBe(2);
    expect(performance.now() - started).toBeGreaterThan((rq.length / 4000) * 1000 - 40);
  });

  it('tells a reset of the peer from a close, and a refusal', async () => {
    const reset = await rawServer((socket) => socket.resetAndDestroy());
    const send = (connection: RawConnection): void =>
      connection.send(Buffer.from('00', 'hex'), 0, never);
    expect((await converse(reset, send)).why).toMatchObject({ code: 'TCP_ECONNRESET' });
    const close = await rawServer((socket) => socket.end());
    expect((await converse(close, send)).why).toBeNull();
    await closeServers();
    expect((await converse(close, send)).why).toMatchObject({ code: 'TCP_ECONNREFUSED' });
  });

  it('refuses what is no hex', () => {
    expect(() => rawBytes('0')).toThrow(/pairs of hex digits/);
    expect(() => rawBytes('zz')).toThrow(RangeError);
    expect(rawBytes(Uint8Array.of(1, 2)).toString('hex')).toBe('0102');
  });
});
