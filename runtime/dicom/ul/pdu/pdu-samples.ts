// Values with every item of PS3.7 Annex D filled, for tests of the codec and the reader.
import type { AssociateAc, AssociateRq } from './pdu.ts';

const USER = {
  maxPdu: 131_072,
  implementationClassUid: '1.2.3.4',
  implementationVersion: 'SAMPLE',
  asyncOps: { invoked: 8, performed: 3 },
  roles: [{ sopClass: '1.2.840.10008.5.1.4.1.1.2', scu: false, scp: true }],
  extended: [{ sopClass: '1.2.840.10008.5.1.4.1.2.2.1', info: Buffer.from([1, 1, 0]) }],
  commonExtended: [
    {
      sopClass: '1.2.3.4.5',
      serviceClass: '1.2.840.10008.4.2',
      relatedSopClasses: ['1.2.6', '1.2.77'],
    },
  ],
};

export function fullRq(): AssociateRq {
  return {
    kind: 'A-ASSOCIATE-RQ',
    protocolVersion: 1,
    calledAET: 'SIXTEEN_CHARS_AE',
    callingAET: 'MODALITY',
    applicationContext: '1.2.840.10008.3.1.1.1',
    contexts: [
      { id: 1, abstractSyntax: '1.2.840.10008.1.1', transferSyntaxes: ['1.2.840.10008.1.2'] },
      { id: 3, abstractSyntax: '1.2.840.10008.5.1.4.1.1.2', transferSyntaxes: ['1.2.3', '1.2.4'] },
    ],
    user: USER,
    userIdentity: {
      type: 2,
      respond: true,
      primary: Buffer.from('user'),
      secondary: Buffer.from('secret'),
    },
  };
}

export function fullAc(): AssociateAc {
  return {
    kind: 'A-ASSOCIATE-AC',
    protocolVersion: 1,
    calledAET: 'SIXTEEN_CHARS_AE',
    callingAET: 'MODALITY',
    applicationContext: '1.2.840.10008.3.1.1.1',
    contexts: [
      { id: 1, result: 0, transferSyntax: '1.2.840.10008.1.2' },
      { id: 3, result: 4, transferSyntax: '1.2.3' },
    ],
    user: { ...USER, commonExtended: [] },
    userIdentityResponse: Buffer.from('token'),
  };
}
