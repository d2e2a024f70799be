import { describe, expect, it } from 'vitest';
import type { AssociateRequest } from '../associate-request.ts';
import { PDU_HEADER_BYTES } from '../constants.ts';
import { decodePdu, encodePdu } from './pdu-codec.ts';
import { associateRqOf, contextsOf, decodeAgain, encodeAgain } from './pdu-memo.ts';
import type { AssociateAc, AssociateRq, Pdu } from './pdu.ts';
import { fullAc, fullRq } from '../../../tests/fixtures/pdu-samples.ts';

const plainRq = (): AssociateRq => ({ ...fullRq(), userIdentity: null });
const plainAc = (): AssociateAc => ({ ...fullAc(), userIdentityResponse: null });

/** Decodes from the middle of a buffer that is then overwritten, as the receive buffer is. */
function decoded(pdu: Pdu): Pdu {
  const bytes = encodePdu(pdu);
  const chunk = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('behind')]);
  const start = 6 + PDU_HEADER_BYTES;
  const value = decodeAgain(bytes.readUInt8(0), chunk, start, 6 + bytes.length);
  chunk.fill(0x41);
  return value;
}

const REQUEST: AssociateRequest = {
  host: '127.0.0.1',
  port: 104,
  calledAET: 'SCP',
  callingAET: 'SCU',
  contexts: [{ abstractSyntax: '1.2.840.10008.1.1', transferSyntaxes: ['1.2.840.10008.1.2'] }],
};

describe('PDUs that come again', () => {
  it.each([
    ['A-ASSOCIATE-RQ', plainRq()],
    ['A-ASSOCIATE-AC', plainAc()],
  ])('%s: is decoded once, and is what the codec reads', (_name, pdu) => {
    const first = decoded(pdu);
    expect(first).toEqual(pdu);
    expect(decoded(pdu)).toBe(first);
  });

  it('tells apart what differs in one byte, or in the type alone', () => {
    const other = { ...plainRq(), callingAET: 'MODALITZ' };
    expect(decoded(plainRq())).toEqual(plainRq());
    expect(decoded(other)).toEqual(other);
    const body = encodePdu(plainRq()).subarray(PDU_HEADER_BYTES);
    expect(decodeAgain(2, body, 0, body.length).kind).toBe('A-ASSOCIATE-AC');
    expect(decodeAgain(1, body, 0, body.length).kind).toBe('A-ASSOCIATE-RQ');
  });

  it('keeps no user identity', () => {
    expect(decoded(fullRq())).not.toBe(decoded(fullRq()));
    expect(decoded(fullRq())).toEqual(fullRq());
    expect(decoded(fullAc())).not.toBe(decoded(fullAc()));
  });

  it('forgets before it grows without bound, and stays right', () => {
    for (let i = 0; i < 2000; i++) {
      const pdu = { ...plainRq(), callingAET: `CALLER${i}` };
      expect((decoded(pdu) as AssociateRq).callingAET).toBe(`CALLER${i}`);
    }
  });

  it('gives the bytes of the codec, the same ones for the same value', () => {
    const kinds: Pdu[] = [
      plainRq(),
      plainAc(),
      { kind: 'A-RELEASE-RQ' },
      { kind: 'A-RELEASE-RP' },
      { kind: 'A-ABORT', source: 2, reason: 1 },
    ];
    for (const pdu of kinds) expect(encodeAgain(pdu)).toEqual(encodePdu(pdu));
    const rq = plainRq();
    expect(encodeAgain(rq)).toBe(encodeAgain(rq));
  });
});

describe('a request', () => {
  it('becomes one A-ASSOCIATE-RQ, whose contexts are worked out once', () => {
    const rq = associateRqOf(REQUEST);
    expect(associateRqOf(REQUEST)).toBe(rq);
    const body = encodePdu(rq).subarray(PDU_HEADER_BYTES);
    expect(decodePdu(1, body)).toEqual(rq);
    const ac = {
      ...plainAc(),
      contexts: [{ id: 1, result: 0, transferSyntax: '1.2.840.10008.1.2' }],
    };
    const contexts = contextsOf(rq, ac);
    expect(contexts).toMatchObject([{ id: 1, result: 0, transferSyntax: '1.2.840.10008.1.2' }]);
    expect(contextsOf(rq, ac)).toBe(contexts);
    const another = associateRqOf({
      ...REQUEST,
      contexts: [{ ...REQUEST.contexts[0], id: 3 }] as never,
    });
    expect(contextsOf(another, ac)).toMatchObject([{ id: 3, result: 2, transferSyntax: '' }]);
  });

  it('that has an item too long to be sent is refused, by its name', () => {
    const extended = [{ sopClass: '1.2.3', info: new Uint8Array(70_000) }];
    expect(() => associateRqOf({ ...REQUEST, extended })).toThrow(
      /SOP class extended negotiation of 70007 bytes, at most 65535/,
    );
  });
});
