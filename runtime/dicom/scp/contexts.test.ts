import { afterEach, describe, expect, it } from 'vitest';
import { fullRq } from '../../tests/fixtures/pdu-samples.ts';
import { closeServers, serve } from '../../tests/wire-fixture.ts';
import { encodePdu } from '../ul/pdu/pdu-codec.ts';
import type { AssociateRq } from '../ul/pdu/pdu.ts';
import { connectRaw } from '../ul/raw.ts';

const ACCEPTED = /^0200/;
/** A-ABORT by the service-provider: invalid PDU parameter value (PS3.8 Table 9-26). */
const ABORTED = /^07000000000400000206$/;
/** A-ASSOCIATE-RJ, permanent, by the service-user: called AE title not recognized (Table 9-21). */
const REJECTED = /^03000000000400010107$/;

/** What an acceptor that takes everything answers to a request. */
function answerTo(port: number, rq: AssociateRq): Promise<string> {
  return new Promise((resolve) => {
    const connection = connectRaw(
      { host: '127.0.0.1', port },
      {
        onConnected: () => connection.send(encodePdu(rq), 0, () => undefined),
        onBytes: (bytes) => {
          resolve(bytes.toString('hex'));
          connection.close();
        },
        onClosed: () => resolve('closed'),
      },
    );
  });
}

function contexts(...ids: readonly number[]): AssociateRq['contexts'] {
  return ids.map((id) => ({
    id,
    abstractSyntax: '1.2.840.10008.1.1',
    transferSyntaxes: ['1.2.840.10008.1.2'],
  }));
}

describe('a request for an association', () => {
  afterEach(closeServers);

  const [first = { id: 1, abstractSyntax: '', transferSyntaxes: [] }] = contexts(1);
  const many = Array.from({ length: 128 }, (_, i) => 2 * i + 1);
  const CASES: readonly (readonly [string, Partial<AssociateRq>, RegExp])[] = [
    ['of 128 contexts is taken', { contexts: contexts(...many) }, ACCEPTED],
    ['of IDs in any order is taken', { contexts: contexts(5, 1, 255) }, ACCEPTED],
    ['with an even context ID is none', { contexts: contexts(1, 2) }, ABORTED],
    ['with context ID 0 is none', { contexts: contexts(0) }, ABORTED],
    ['with a context ID twice is none', { contexts: contexts(1, 3, 3) }, ABORTED],
    ['of 129 contexts is none', { contexts: contexts(...many, 1) }, ABORTED],
    [
      'with a context without abstract syntax is none',
      { contexts: [{ ...first, abstractSyntax: '' }] },
      ABORTED,
    ],
    ['to nobody is refused', { calledAET: '' }, REJECTED],
    ['to blanks is refused', { calledAET: '   ' }, REJECTED],
  ];
  for (const [name, change, answer] of CASES) {
    it(name, async () => {
      const port = await serve();
      expect(await answerTo(port, { ...fullRq(), contexts: contexts(1), ...change })).toMatch(
        answer,
      );
    });
  }
});
