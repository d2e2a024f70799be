// The archive on loopback: what it refuses, and in which transfer syntax it gives back what it has.
import { afterEach, describe, expect, it } from 'vitest';
import type { SimulatedArchive } from '../../../api/k6/simulate.ts';
import type { Attributes } from '../../dicom/dimse/model.ts';
import { SopClass } from '../../dicom/dimse/uids.ts';
import { openDataset, toJson } from '../../dicom/element/json.ts';
import { storeRequest } from '../../dicom/scu/requests.ts';
import type { RetrieveResult } from '../../dicom/scu/retrieve.ts';
import type { Association } from '../../dicom/ul/association.ts';
import {
  ask,
  connected,
  findAll,
  instance,
  instanceBytes,
  negotiate,
  propose,
  retrieved,
  SECONDARY_CAPTURE,
} from '../../tests/wire-calls.ts';
import {
  Call,
  closeServers,
  EXPLICIT,
  IMPLICIT,
  serve,
  servers,
} from '../../tests/wire-fixture.ts';
import { openPorts } from '../stations/ports.ts';
import { Archive } from './archive.ts';

afterEach(closeServers);

const place = (port: number) => ({ host: '127.0.0.1', port, aet: 'ARCHIVE' });

async function archive(spec: SimulatedArchive = {}): Promise<number> {
  const station = new Archive({ keep: 'all', ...spec }, () => performance.now());
  const [port] = await openPorts([{ station, host: '127.0.0.1', port: 0 }]);
  if (port === undefined) throw new Error('no port');
  servers.push(port);
  return port.port;
}

async function stored(port: number, all: readonly Attributes[]): Promise<void> {
  const byAssociation = 100;
  for (let at = 0; at < all.length; at += byAssociation) {
    const some = all.slice(at, at + byAssociation);
    const classes = [...new Set(some.map((one) => String(one['SOPClassUID'])))];
    const contexts = classes.map((abstractSyntax) => ({
      abstractSyntax,
      transferSyntaxes: [EXPLICIT],
    }));
    const association = await connected(place(port), contexts);
    for (const attributes of some) {
      const sopClass = String(attributes['SOPClassUID']);
      const sopInstance = String(attributes['SOPInstanceUID']);
      const call = new Call();
      const id = association.contextFor(sopClass, EXPLICIT);
      const bytes = instanceBytes(attributes);
      association.send(
        storeRequest(id, association.maxPdu, { sopClass, sopInstance }, bytes),
        call,
      );
      expect((await call.done).statuses).toEqual([0]);
    }
    association.release();
  }
}

/** What came, as [transfer syntax, data set]. */
type Came = [string, Buffer][];

/** Collects what is stored to it, and takes it. */
function collecting(came: Came) {
  let pieces: Buffer[] = [];
  return {
    onStore: () => void (pieces = []),
    onStoreData: (...[, , buffer, from, to]: [Association, unknown, Buffer, number, number]) =>
      void pieces.push(Buffer.from(buffer.subarray(from, to))),
    onStoreEnd: (association: Association, request: { contextId: number }) => {
      const { transferSyntax = '' } = association.context(request.contextId) ?? {};
      came.push([transferSyntax, Buffer.concat(pieces)]);
      return 0;
    },
  };
}

const KEYS = { level: 'STUDY', keys: { StudyInstanceUID: '2.25.91' } };

async function got(
  port: number,
  offered: readonly string[],
): Promise<{ came: Came; result: RetrieveResult }> {
  const came: Came = [];
  const contexts = [
    ...(propose(SopClass.STUDY_ROOT_GET) ?? []),
    { abstractSyntax: SECONDARY_CAPTURE, transferSyntaxes: [...offered] },
  ];
  const roles = [{ sopClass: SECONDARY_CAPTURE, scu: false, scp: true }];
  const association = await connected(place(port), contexts, { roles });
  association.handler = collecting(came);
  return { result: await retrieved(association, KEYS), came };
}

const JPEG = '1.2.840.10008.1.2.4.50';
const ONE = instance(1);
const VALUES = toJson(openDataset(instanceBytes(ONE), EXPLICIT));

describe('the archive gives back', () => {
  it('as it came where that is among the syntaxes offered, whatever stands first', async () => {
    const port = await archive();
    await stored(port, [ONE]);
    const { came, result } = await got(port, [JPEG, IMPLICIT, EXPLICIT]);
    expect(result).toMatchObject({ status: 0, completed: 1 });
    expect(came).toEqual([[EXPLICIT, instanceBytes(ONE)]]);
  });

  it('the same values in another encoding where only that is taken', async () => {
    const port = await archive();
    await stored(port, [ONE]);
    const { came, result } = await got(port, [IMPLICIT]);
    expect(result).toMatchObject({ status: 0, completed: 1 });
    expect(came.map(([syntax, bytes]) => [syntax, toJson(openDataset(bytes, syntax))])).toEqual([
      [IMPLICIT, VALUES],
    ]);
  });

  it('nothing where it cannot be converted, and says so', async () => {
    const port = await archive();
    await stored(port, [ONE]);
    const { result } = await got(port, [JPEG]);
    expect(result).toMatchObject({ status: 0xa702, failed: 1 });
    expect(result.errorComment).toBe(`no context for transfer syntax ${EXPLICIT}`);
  });

  it('to a destination that takes implicit only, and more kinds than one association has', async () => {
    const came: Came = [];
    const target = await serve({
      ...collecting(came),
      onAssociate: ({ rq }) => ({
        kind: 'accept',
        contexts: rq.contexts.map(({ id, abstractSyntax, transferSyntaxes }) => {
          const taken = transferSyntaxes.includes(IMPLICIT);
          const answer = { id, abstractSyntax, transferSyntax: taken ? IMPLICIT : '' };
          return { ...answer, result: taken ? 0 : 4, scu: true, scp: false };
        }),
      }),
    });
    const port = await archive({ destinations: { DEST: { host: '127.0.0.1', port: target } } });
    const kinds = Array.from({ length: 130 }, (_, i) =>
      instance(1, i + 1, { SOPClassUID: `1.2.840.10008.5.1.4.1.1.${1000 + i}` }),
    );
    await stored(port, kinds);
    const association = await connected(place(port), propose(SopClass.STUDY_ROOT_MOVE));
    const result = await retrieved(association, { ...KEYS, destination: 'DEST' });
    expect(result).toMatchObject({ status: 0, completed: 130, failed: 0 });
    expect([came.length, came[0]?.[0]]).toEqual([130, IMPLICIT]);
  });
});

describe('the archive refuses', () => {
  it('levels and unique keys that stand for nothing, or for everything', async () => {
    const port = await archive({ destinations: { DEST: { host: '127.0.0.1', port: 1 } } });
    await stored(port, [ONE]);
    const { STUDY_ROOT_MOVE, STUDY_ROOT_FIND } = SopClass;
    const association = await connected(place(port), propose(STUDY_ROOT_MOVE, STUDY_ROOT_FIND));
    const answers = [];
    for (const [level, keys] of [
      ['STUDY', {}],
      ['STUDY', { StudyInstanceUID: '*' }],
      ['SERIES', { StudyInstanceUID: '2.25.91' }],
      ['SERIES', { StudyInstanceUID: ['2.25.91', '2.25.92'], SeriesInstanceUID: '2.25.91.1' }],
      ['PATIENT', { PatientID: 'P1' }],
    ] as const) {
      const one = await retrieved(association, { level, keys, destination: 'DEST' });
      answers.push([one.status, one.errorComment]);
    }
    expect(answers).toEqual([
      [0xa900, 'StudyInstanceUID has no value'],
      [0xa900, 'StudyInstanceUID is a unique key: no wildcards'],
      [0xa900, 'SeriesInstanceUID has no value'],
      [0xa900, 'StudyInstanceUID has more than one value'],
      [0xa900, 'Study Root has no PATIENT level'],
    ]);
    const found = await findAll(association, { level: 'PATIENT', keys: { PatientID: '' } });
    expect([found.status, found.errorComment]).toEqual([0xa900, 'Study Root has no PATIENT level']);
    const study = await findAll(association, { level: 'STUDY', keys: { PatientID: 'P1' } });
    expect(study.list).toMatchObject([{ PatientID: 'P1', RetrieveAETitle: 'ARCHIVE' }]);
  });

  it('instances without a UID, by the name of what they lack', async () => {
    const port = await archive();
    const association = await connected(place(port), propose(SECONDARY_CAPTURE));
    const comments = [];
    const sop = { sopClass: SECONDARY_CAPTURE, sopInstance: String(ONE['SOPInstanceUID']) };
    for (const keyword of ['SOPClassUID', 'SOPInstanceUID', 'StudyInstanceUID']) {
      const { [keyword]: _gone, ...rest } = ONE;
      const call = new Call();
      let comment = '';
      const onReply = call.onReply.bind(call);
      call.onReply = (reply) => {
        comment = reply.text(0x0902);
        onReply(reply);
      };
      const id = association.contextFor(SECONDARY_CAPTURE, EXPLICIT);
      association.send(storeRequest(id, association.maxPdu, sop, instanceBytes(rest)), call);
      comments.push([...(await call.done).statuses, comment]);
    }
    expect(comments).toEqual([
      [0xa900, 'the data set has no SOP Class UID'],
      [0xa900, 'the data set has no SOP Instance UID'],
      [0xa900, 'the data set has no Study Instance UID'],
    ]);
  });

  it('requests of commitment that are none', async () => {
    const port = await archive();
    const sopClass = SopClass.STORAGE_COMMITMENT;
    const association = await connected(place(port), propose(sopClass));
    const reference = {
      ReferencedSOPClassUID: SECONDARY_CAPTURE,
      ReferencedSOPInstanceUID: '2.25.1',
    };
    const right = { TransactionUID: '2.25.8', ReferencedSOPSequence: [reference] };
    const wellKnown = '1.2.840.10008.1.20.1.1';
    const statuses = [];
    for (const [typeId, sopInstance, attributes] of [
      [9, wellKnown, right],
      [1, '1.2.3', right],
      [1, wellKnown, { ...right, ReferencedSOPSequence: [] }],
      [1, wellKnown, { ReferencedSOPSequence: [reference] }],
      [1, wellKnown, right],
    ] as const) {
      const service = 'N-ACTION';
      const one = await ask(association, { service, sopClass, sopInstance, typeId, attributes });
      statuses.push(one.status);
    }
    expect(statuses).toEqual([0x0123, 0x0112, 0x0121, 0x0120, 0]);
  });

  it('contexts that make no sense, and syntaxes that no identifier comes in', async () => {
    const port = await archive();
    const outcome = await negotiate(place(port), [
      { abstractSyntax: SopClass.STUDY_ROOT_FIND, transferSyntaxes: [JPEG, '1.2.3'] },
      { abstractSyntax: SECONDARY_CAPTURE, transferSyntaxes: ['1.2.3', EXPLICIT] },
      { abstractSyntax: '1.2.840.10008.9.9', transferSyntaxes: [EXPLICIT] },
    ]);
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    expect(outcome.association.contexts.map(({ result }) => result)).toEqual([4, 0, 3]);
    expect(outcome.association.context(3)?.transferSyntax).toBe(EXPLICIT);
  });

  it('worklist queries that no step could answer, and answers those that one can', async () => {
    const step = {
      ScheduledStationAETitle: 'CT01',
      ScheduledProcedureStepStartDate: '20260101',
      ScheduledProcedureStepStartTime: '1000',
      Modality: 'CT',
    };
    const item = { PatientID: 'P1', ScheduledProcedureStepSequence: [step] };
    const port = await archive({ worklist: [item] });
    const association = await connected(place(port), propose(SopClass.WORKLIST_FIND));
    const asked = async (keys: Attributes) => {
      const { status, errorComment, list } = await findAll(association, {
        model: 'worklist',
        keys,
      });
      return status === 0 ? list.length : [status, errorComment];
    };
    const ofStep = (key: Attributes) => asked({ ScheduledProcedureStepSequence: [key] });
    expect(await asked({ ScheduledProcedureStepSequence: [{}, {}] })).toEqual([
      0xa900,
      'ScheduledProcedureStepSequence has more than one item',
    ]);
    for (const [keyword, value, vr] of [
      ['ScheduledProcedureStepStartDate', '2026-01-01', 'DA'],
      ['ScheduledProcedureStepStartDate', '202601*', 'DA'],
      ['ScheduledProcedureStepStartTime', '10:00', 'TM'],
      ['StudyInstanceUID', '1.2.*', 'UI'],
      ['PatientBirthDate', '20260230', 'DA'],
    ] as const) {
      const key = { [keyword]: { value, bad: true } } as Attributes;
      const answer = keyword.startsWith('Scheduled') ? await ofStep(key) : await asked(key);
      expect(answer, keyword).toEqual([0xa900, `${keyword} is no value of ${vr}`]);
    }
    expect(await ofStep({ ScheduledProcedureStepStartDate: '20260101' })).toBe(1);
    expect(await ofStep({ ScheduledProcedureStepStartDate: '20251231-20260101' })).toBe(1);
    expect(await ofStep({ ScheduledProcedureStepStartDate: '20260102-' })).toBe(0);
    expect(await ofStep({ ScheduledProcedureStepStartTime: '0900-1100', Modality: 'CT' })).toBe(1);
    expect(await asked({ PatientID: 'P*', StudyInstanceUID: '' })).toBe(1);
  });

  it('an operation on the context of another service', async () => {
    const port = await archive();
    const association = await connected(place(port), propose(SopClass.VERIFICATION));
    const call = new Call();
    // A C-STORE-RQ, made a C-FIND-RQ by its command field.
    const sop = { sopClass: SopClass.VERIFICATION, sopInstance: '1.2' };
    const message = storeRequest(1, association.maxPdu, sop, instanceBytes(ONE));
    const field = message.head.indexOf(Buffer.from('0000000102000000', 'hex'));
    message.head.writeUInt16LE(0x0020, field + 8);
    association.send({ ...message, commandField: 0x0020 }, call);
    expect((await call.done).statuses).toEqual([0x0211]);
  });
});
