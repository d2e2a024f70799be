import { describe, expect, it } from 'vitest';
import { negotiatedContexts, toAssociateRq } from './negotiate.ts';
import type { AssociateAc } from './pdu/pdu.ts';

const IMPLICIT = '1.2.840.10008.1.2';
const RQ = toAssociateRq({
  ...{ host: 'h', port: 104, calledAET: 'SCP', callingAET: 'SCU' },
  contexts: [{ abstractSyntax: '1.2.840.10008.1.1', transferSyntaxes: [IMPLICIT] }],
});

const answered = (result: number, transferSyntax: string) =>
  negotiatedContexts(RQ, {
    contexts: [{ id: 1, result, transferSyntax }],
    user: { roles: [] },
  } as unknown as AssociateAc)[0];

describe('contexts after negotiation (PS3.8 §9.3.3.2)', () => {
  it('takes what was proposed, and what is refused as it is refused', () => {
    expect(answered(0, IMPLICIT)).toMatchObject({ result: 0, transferSyntax: IMPLICIT });
    expect(answered(4, '')).toMatchObject({ result: 4, transferSyntax: '' });
    for (const context of [answered(0, IMPLICIT), answered(4, 'anything')]) {
      expect(context).not.toHaveProperty('unproposed');
    }
  });

  it.each(['1.2.840.10008.1.2.2', ''])('keeps that the peer accepted it with "%s"', (syntax) => {
    const context = { transferSyntax: '', result: 2, unproposed: syntax };
    expect(answered(0, syntax)).toMatchObject(context);
  });
});
