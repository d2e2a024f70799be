// Other people's requestors against our acceptor; TLS both ways.
import { spawn } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import dcmjsDimse from 'dcmjs-dimse';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SopClass } from '../dicom/dimse/uids.ts';
import { fileMeta } from '../dicom/file/part10.ts';
import { CommitmentProvider } from '../dicom/scp/commitment-provider.ts';
import { negotiateContexts } from '../dicom/scp/contexts.ts';
import { FindProvider } from '../dicom/scp/find-provider.ts';
import { RetrieveProvider } from '../dicom/scp/retrieve-provider.ts';
import { storeRequest } from '../dicom/scu/requests.ts';
import type { StoredCopy } from '../dicom/scp/sub-operations.ts';
import { requirePeer } from './peers.ts';
import { temporaryFolder } from './peers/process.ts';
import { instance, instanceBytes, SECONDARY_CAPTURE } from './wire-calls.ts';
import { closeServers, EXPLICIT, serve } from './wire-fixture.ts';
import { answersFrom, NormalizedProvider, serviceHandler } from './wire-services.ts';

const { Client, Dataset, log, requests, responses } = dcmjsDimse;
log.setLevel('silent');

/** Runs a client to its end: exit code and what it printed. */
function client(
  command: string,
  ...args: string[]
): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, TCP_NODELAY: '1' } });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.once('error', reject);
    child.once('exit', (code) => resolve({ code, text }));
  });
}

const RECORDS = Array.from({ length: 2100 }, (_, i) => instance(i + 1));

function sendable(count: number): StoredCopy[] {
  return Array.from({ length: count }, (_, i) => {
    const attributes = instance(1, i + 1);
    const sopInstance = String(attributes['SOPInstanceUID']);
    return {
      sopClass: SECONDARY_CAPTURE,
      sopInstance,
      transferSyntax: EXPLICIT,
      message: ({ contextId: id, maxPdu }) =>
        storeRequest(
          id,
          maxPdu,
          { sopClass: SECONDARY_CAPTURE, sopInstance },
          instanceBytes(attributes),
        ),
    };
  });
}

describe.skipIf(!requirePeer('echoscu', 'storescu', 'dcmsend', 'findscu', 'movescu', 'getscu'))(
  'acceptor and the clients of DCMTK',
  () => {
    let folder = '';
    let file = '';
    const stored: { uid: string; bytes: number }[] = [];
    let bytes = 0;

    beforeAll(async () => {
      folder = await temporaryFolder('wire');
      const attributes = instance(5);
      const uid = String(attributes['SOPInstanceUID']);
      file = join(folder, 'one.dcm');
      await mkdir(join(folder, 'got'));
      await writeFile(
        file,
        Buffer.concat([fileMeta(SECONDARY_CAPTURE, uid, EXPLICIT), instanceBytes(attributes)]),
      );
    });

    afterEach(closeServers);

    async function start(): Promise<string> {
      stored.length = 0;
      const port = await serve({
        ...serviceHandler({
          find: new FindProvider({ records: answersFrom(RECORDS) }),
          retrieve: new RetrieveProvider({
            instances: () => sendable(7),
            destination: (aet) => (aet === 'SELF' ? { host: '127.0.0.1', port: self } : null),
          }),
          store: {
            onStoreData: (...[, , , from, to]) => (bytes += to - from),
            onStoreEnd: (_association, request) => {
              stored.push({ uid: request.sopInstance(), bytes });
              bytes = 0;
              return 0;
            },
          },
        }),
      });
      self = port;
      return String(port);
    }
    let self = 0;

    it('answers echoscu', async () => {
      const port = await start();
      expect((await client('echoscu', '--repeat', '20', '127.0.0.1', port)).code).toBe(0);
      expect((await client('echoscu', '--propose-pc', '128', '127.0.0.1', port)).code).toBe(0);
      expect((await client('echoscu', '--abort', '127.0.0.1', port)).code).toBe(0);
    });

    it('stores what storescu and dcmsend send, byte for byte in length', async () => {
      const port = await start();
      const length = instanceBytes(instance(5)).length;
      expect((await client('storescu', '127.0.0.1', port, file)).code).toBe(0);
      expect(
        (await client('storescu', '--max-send-pdu', '4096', '127.0.0.1', port, file)).code,
      ).toBe(0);
      expect((await client('dcmsend', '127.0.0.1', port, file)).code).toBe(0);
      expect(stored.map((one) => one.bytes)).toEqual([length, length, length]);
    });

    it('answers findscu with over 2,000 matches, and hears its C-CANCEL', async () => {
      const port = await start();
      const keys = [
        '-S',
        '-k',
        'QueryRetrieveLevel=STUDY',
        '-k',
        'StudyInstanceUID',
        '-k',
        'PatientID=*',
      ];
      const all = await client('findscu', '-v', ...keys, '127.0.0.1', port);
      expect(all.code).toBe(0);
      expect(all.text.match(/Find Response: \d+ \(Pending\)/g)).toHaveLength(2100);
      const some = await client('findscu', '-v', '--cancel', '3', ...keys, '127.0.0.1', port);
      const answers = some.text.match(/Find Response: \d+ \(Pending\)/g) ?? [];
      expect(answers.length).toBeLessThan(2100);
      expect(some.text).toMatch(/Cancel/);
    });

    it('serves movescu and getscu', async () => {
      const port = await start();
      const keys = ['-S', '-k', 'QueryRetrieveLevel=STUDY', '-k', 'StudyInstanceUID=2.25.91'];
      const moved = await client('movescu', '-v', '-aem', 'SELF', ...keys, '127.0.0.1', port);
      expect(moved.code).toBe(0);
      expect(stored).toHaveLength(7);
      const unknown = await client('movescu', '-aem', 'NOWHERE', ...keys, '127.0.0.1', port);
      expect(unknown.text + String(unknown.code)).toMatch(/a801|Unknown|69/i);
      const got = await client(
        'getscu',
        '-v',
        '+B',
        '-od',
        join(folder, 'got'),
        ...keys,
        '127.0.0.1',
        port,
      );
      expect(got.code).toBe(0);
      expect(await readdir(join(folder, 'got'))).toHaveLength(7);
    });
  },
);

/** Sends requests on one association; the statuses of the responses, by name, in order. */
function ask(
  port: number,
  asked: Readonly<Record<string, InstanceType<typeof requests.CEchoRequest>>>,
  heard: Partial<DimseListener> = {},
): Promise<string[]> {
  const statuses: string[] = [];
  return new Promise((resolve, reject) => {
    const peer = new Client();
    for (const [name, request] of Object.entries(asked)) {
      request.on('response', (response: { getStatus(): number }) => {
        statuses.push(`${name} ${response.getStatus().toString(16)}`);
      });
      peer.addRequest(request);
    }
    for (const [event, listener] of Object.entries(heard)) peer.on(event, listener);
    peer.on('associationReleased', () => resolve(statuses));
    peer.on('networkError', reject);
    peer.on('associationRejected', () => reject(new Error('rejected')));
    // Reports of storage commitment come after the last response.
    peer.send('127.0.0.1', port, 'DIMSE', 'SCP', { associationLingerTimeout: 300 });
  });
}

interface DimseListener {
  cStoreRequest(
    request: InstanceType<typeof requests.CStoreRequest>,
    answer: (response: InstanceType<typeof responses.CStoreResponse>) => void,
  ): void;
  nEventReportRequest(
    request: InstanceType<typeof requests.NEventReportRequest>,
    answer: (response: InstanceType<typeof responses.NEventReportResponse>) => void,
  ): void;
}

describe('acceptor and the client of dcmjs-dimse', () => {
  afterAll(closeServers);

  it('runs echo, find and a performed procedure step', async () => {
    const normalized = new NormalizedProvider();
    const port = await serve(
      serviceHandler({
        normalized,
        find: new FindProvider({ records: answersFrom(RECORDS.slice(0, 30)) }),
      }),
    );
    const { CEchoRequest, CFindRequest, NCreateRequest, NSetRequest } = requests;
    const find = CFindRequest.createStudyFindRequest({ PatientID: 'P1*' });
    const create = new NCreateRequest(SopClass.MPPS, '2.25.31');
    create.setDataset(new Dataset({ PerformedProcedureStepStatus: 'IN PROGRESS' }));
    const set = new NSetRequest(SopClass.MPPS, '2.25.31');
    set.setDataset(new Dataset({ PerformedProcedureStepStatus: 'COMPLETED' }));
    const statuses = await ask(port, { echo: new CEchoRequest(), find, create, set });
    expect(statuses.filter((one) => one === 'find ff00')).toHaveLength(11);
    expect(statuses.filter((one) => one !== 'find ff00')).toEqual([
      'echo 0',
      'find 0',
      'create 0',
      'set 0',
    ]);
    expect(normalized.instances.get('2.25.31')?.attributes).toEqual({
      PerformedProcedureStepStatus: 'COMPLETED',
    });
  });

  it('stores, moves, gets, and has storage committed', async () => {
    const arrived: string[] = [];
    const reported: number[] = [];
    let self = 0;
    const port = await serve({
      // Implicit stands first in what it proposes; nothing is transcoded here.
      onAssociate: ({ rq }) => ({
        kind: 'accept',
        contexts: negotiateContexts(rq, { prefer: [EXPLICIT] }),
      }),
      ...serviceHandler({
        store: { onStoreEnd: (_a, request) => (arrived.push(request.sopInstance()), 0) },
        retrieve: new RetrieveProvider({
          instances: () => sendable(3),
          destination: (aet) => (aet === 'SELF' ? { host: '127.0.0.1', port: self } : null),
        }),
        normalized: new NormalizedProvider(),
        commitment: new CommitmentProvider({
          judge: (uid) => (uid === '2.25.91.1.1' ? 0 : 0x0112),
          onReported: (_uid, status) => reported.push(status),
        }),
      }),
    });
    self = port;
    const { CStoreRequest, CMoveRequest, CGetRequest, NActionRequest, NGetRequest } = requests;
    const commit = new NActionRequest(SopClass.STORAGE_COMMITMENT, '1.2.840.10008.1.20.1.1', 1);
    const reference = (uid: string) => ({
      ReferencedSOPClassUID: SECONDARY_CAPTURE,
      ReferencedSOPInstanceUID: uid,
    });
    const references = ['2.25.91.1.1', '2.25.4711'].map(reference);
    commit.setDataset(new Dataset({ TransactionUID: '2.25.8', ReferencedSOPSequence: references }));
    const got: string[] = [];
    const events: unknown[] = [];
    const statuses = await ask(
      port,
      {
        store: new CStoreRequest(new Dataset({ ...instance(1) })),
        move: CMoveRequest.createStudyMoveRequest('SELF', '2.25.91'),
        nowhere: CMoveRequest.createStudyMoveRequest('NOWHERE', '2.25.91'),
        get: CGetRequest.createStudyGetRequest('2.25.91'),
        unknown: new NGetRequest(SopClass.MPPS, '2.25.404', []),
        commit,
      },
      {
        cStoreRequest: (request, answer) => {
          got.push(request.getAffectedSopInstanceUid());
          const response = responses.CStoreResponse.fromRequest(request);
          response.setStatus(0);
          answer(response);
        },
        nEventReportRequest: (request, answer) => {
          events.push(request.getEventTypeId(), request.getDataset()?.getElements());
          const response = responses.NEventReportResponse.fromRequest(request);
          response.setStatus(0);
          answer(response);
        },
      },
    );
    const uids = [1, 2, 3].map((n) => `2.25.91.1.${n}`);
    expect(arrived).toEqual(['2.25.91.1.1', ...uids]);
    expect(got).toEqual(uids);
    expect(statuses.filter((one) => !one.endsWith(' ff00'))).toEqual([
      'store 0',
      'move 0',
      'nowhere a801',
      'get 0',
      'unknown 112',
      'commit 0',
    ]);
    expect(events[0]).toBe(2);
    expect(events[1]).toMatchObject({ TransactionUID: '2.25.8' });
    expect(reported).toEqual([0]);
  });
});
