import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodePdu } from '../../dicom/ul/pdu/pdu-codec.ts';
import { fullRq } from '../../tests/fixtures/pdu-samples.ts';
import { Disguise } from './disguise.ts';
import { Onlooker } from './onlooker.ts';

const CORPUS = new URL('../../tests/corpus/', import.meta.url);

function stream(name: string): Buffer {
  const text = readFileSync(new URL(`${name}.hex`, CORPUS), 'utf8');
  return Buffer.from(text.replace(/^#.*$/gm, '').replace(/\s+/g, ''), 'hex');
}

/** The requests, then the answers, each in pieces of so many bytes. */
function lookedAt(requests: Buffer, answers: Buffer, step: number) {
  const onlooker = new Onlooker(0, 100, new Disguise());
  const associateRq = 6 + requests.readUInt32BE(2);
  const associateAc = 6 + answers.readUInt32BE(2);
  const push = (side: 'requestor' | 'acceptor', bytes: Buffer, now: number): void => {
    for (let at = 0; at < bytes.length; at += step) {
      onlooker.look(side, bytes.subarray(at, at + step), now);
    }
  };
  push('requestor', requests.subarray(0, associateRq), 100);
  push('acceptor', answers.subarray(0, associateAc), 102);
  push('requestor', requests.subarray(associateRq), 110);
  push('acceptor', answers.subarray(associateAc), 120);
  return onlooker.finish('closed', 'requestor', 130);
}

describe('whoever looks on', () => {
  const requests = stream('requests-storescu');
  const answers = stream('responses-storescp');
  const whole = lookedAt(requests, answers, requests.length);

  it('says what was proposed, what was sent and how it ended', () => {
    expect(whole).toMatchObject({ at: 100, ms: 30, associating: 2, end: 'released' });
    expect(whole).toMatchObject({ calling: 'STORESCU', endedBy: 'requestor' });
    expect(whole.unread).toBeUndefined();
    const [store] = whole.operations;
    expect(store).toMatchObject({ service: 'C-STORE', by: 'requestor', at: 10, status: 0 });
    expect(store?.study).toMatch(/^[0-9a-f]{12}$/);
    expect(store?.bytes).toBeGreaterThan(100);
  });

  it('reads the same whatever the pieces', () => {
    const shape = ({ operations, contexts }: typeof whole) => ({
      contexts,
      operations: operations.map(({ service, bytes, sopClass, status }) => {
        return { service, bytes, sopClass, status };
      }),
    });
    for (const step of [1, 7, 1000]) {
      expect(shape(lookedAt(requests, answers, step))).toEqual(shape(whole));
    }
  });

  it('writes no UID of an instance and nothing twice the same in two recordings', () => {
    const again = lookedAt(requests, answers, requests.length);
    expect(again.operations[0]?.study).not.toBe(whole.operations[0]?.study);
    const uids = JSON.stringify(whole).match(/\d+(\.\d+){5,}/g) ?? [];
    const isOfStandard = (uid: string) => uid.startsWith('1.2.840.10008.');
    expect(uids.filter((uid) => !isOfStandard(uid) && !uid.includes('.0.3.6.'))).toEqual([]);
  });

  it('says which kind of identity a user has, never who that is', () => {
    const secrets = ['CANARY-NAME', 'CANARY-PASSWORD'].map((text) => Buffer.from(text));
    const [primary = Buffer.alloc(0), secondary = Buffer.alloc(0)] = secrets;
    const userIdentity = { type: 2, respond: true, primary, secondary };
    const rq = encodePdu({ ...fullRq(), userIdentity });
    for (const secret of secrets) expect(rq.includes(secret)).toBe(true);
    const onlooker = new Onlooker(0, 0, new Disguise());
    onlooker.look('requestor', rq, 0);
    const line = onlooker.finish('closed', 'requestor', 1);
    expect(line.identity).toBe(2);
    expect(JSON.stringify(line)).not.toMatch(/CANARY/);
  });

  it('throws at nothing, and gives up what it cannot read', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (pieces) => {
        const onlooker = new Onlooker(0, 0, new Disguise());
        pieces.forEach((piece, i) =>
          onlooker.look(i % 2 === 0 ? 'requestor' : 'acceptor', Buffer.from(piece), i),
        );
        expect(onlooker.finish('reset', 'acceptor', 1).end).toBeDefined();
      }),
    );
    const onlooker = new Onlooker(0, 0, new Disguise());
    onlooker.look('requestor', Buffer.from('GET / HTTP/1.1\r\n'), 0);
    const line = onlooker.finish('closed', 'requestor', 1);
    expect(line.unread).toBe('no valid PDU at byte 0 (PS3.8 §9.3.1), from the requestor');
  });

  it('lets TLS pass unread', () => {
    const onlooker = new Onlooker(0, 0, new Disguise());
    onlooker.look('requestor', Buffer.from([0x16, 3, 1, 0, 5]), 0);
    onlooker.look('acceptor', Buffer.from([0x16, 3, 3, 0, 5]), 0);
    expect(onlooker.finish('closed', 'acceptor', 1)).toMatchObject({
      unread: 'TLS',
      bytes: [5, 5],
    });
  });
});
