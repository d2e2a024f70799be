import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { sopUid, studyNumber, studyUid } from '../../dicom/pool/identity.ts';
import { Ledger, type LedgerMode } from './ledger.ts';

const RUN = '123456789012345';
const MEMBER = 2 ** 20 + 1;

function ledger(mode: LedgerMode): { ledger: Ledger; lines: () => unknown[] } {
  const { port1, port2 } = new MessageChannel();
  const made = new Ledger(port1, RUN, mode);
  const lines = (): unknown[] => {
    made.flush();
    const message = receiveMessageOnPort(port2) as { message: { lines: string } } | undefined;
    port1.close();
    return (message?.message.lines ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  };
  return { ledger: made, lines };
}

describe('Ledger', () => {
  it('writes consecutive studies of the same size as one range', () => {
    const { ledger: book, lines } = ledger('studies');
    for (const n of [2, 0, 1])
      for (let i = 0; i < 4; i++) book.sent(studyNumber(1, n), MEMBER + i, null);
    book.sent(studyNumber(1, 3), MEMBER, null);
    book.sent(studyNumber(1, 7), MEMBER, null);
    expect(lines()).toEqual([
      { first: studyUid(RUN, 1e10), last: studyUid(RUN, 1e10 + 2), studies: 3, instances: 4 },
      { study: studyUid(RUN, 1e10 + 3), instances: 1 },
      { study: studyUid(RUN, 1e10 + 7), instances: 1 },
    ]);
  });

  it('keeps apart what nobody answered', () => {
    const { ledger: book, lines } = ledger('studies');
    book.sent(5, MEMBER, null);
    book.unanswered(5, MEMBER + 1, null);
    book.unanswered(5, MEMBER + 2, null);
    const study = studyUid(RUN, 5);
    expect(lines()).toEqual([
      { study, instances: 1 },
      { study, unanswered: 2 },
    ]);
  });

  it('names studies with UIDs of their own', () => {
    const { ledger: book, lines } = ledger('studies');
    book.sent(0, MEMBER, { uid: '1.2.3.1', studyUid: '1.2.3' });
    book.sent(0, MEMBER, { uid: '1.2.3.2', studyUid: '1.2.3' });
    expect(lines()).toEqual([{ study: '1.2.3', instances: 2 }]);
  });

  it('lists every instance where that was asked for', () => {
    const { ledger: book, lines } = ledger('instances');
    book.sent(5, MEMBER, null);
    book.sent(5, MEMBER + 1, null);
    const uids = [sopUid(RUN, 5, MEMBER), sopUid(RUN, 5, MEMBER + 1)];
    expect(lines()).toEqual([{ study: studyUid(RUN, 5), instances: 2, uids }]);
  });

  it('writes nothing with none', () => {
    const { ledger: book, lines } = ledger('none');
    book.sent(5, MEMBER, null);
    expect(lines()).toEqual([]);
  });
});
