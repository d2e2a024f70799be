// Results of operations tell the truth, whatever status a peer puts on them: C-MOVE whose
// sub-operations failed, commitments that commit nothing, responses that answer another request.
import { afterEach, describe, expect, it } from 'vitest';
import { CommandField } from '../dicom/dimse/elements.ts';
import type { IncomingRequest, ResponseFields } from '../dicom/dimse/incoming.ts';
import { encodeAttributes } from '../dicom/dimse/model.ts';
import { SopClass, STORAGE_COMMITMENT_INSTANCE } from '../dicom/dimse/uids.ts';
import { openDataset, toJson } from '../dicom/element/json.ts';
import { commitmentAttributes } from '../dicom/scu/commitment.ts';
import { normalized } from '../dicom/scu/normalized.ts';
import type { Association } from '../dicom/ul/association.ts';
import { Place } from './cli-spawn.ts';
import { runScript, type ScriptRun } from './script-run.ts';
import { closeServers, serve } from './wire-fixture.ts';

const ONCE = ['--vus', '1', '--iterations', '1'];
afterEach(closeServers);

const at = (port: number): string => `PEER@127.0.0.1:${port}`;

/** Answers every C-MOVE with this. */
function mover(fields: ResponseFields, failed: readonly string[] = []): Promise<number> {
  return serve({
    onRequest: (association, request) => {
      const syntax = association.context(request.contextId)?.transferSyntax ?? '';
      const list = encodeAttributes({ FailedSOPInstanceUIDList: [...failed] }, syntax);
      association.respond(request, { ...fields, ...(failed.length > 0 ? { dataset: list } : {}) });
    },
  });
}

async function moved(
  port: number,
): Promise<{ script: ScriptRun; code: number | null; out: string }> {
  const script = await runScript(
    `export const options = { thresholds: { dicom_req_failed: ['rate==0'] } };
    export default async function () {
      const keys = { StudyInstanceUID: '2.25.7' };
      tell('moved', await dicom.peer({}).move(keys, { destination: 'DEST' }));
    }`,
    ['-c', at(port), ...ONCE],
  );
  const place = new Place();
  try {
    const { code, out } = await place.run(['move', '2.25.7', '--to', 'DEST', '-c', at(port)]);
    return { script, code, out };
  } finally {
    place.remove();
  }
}

describe('C-MOVE', () => {
  it.each([
    ['all failed, status B000', { status: 0xb000, completed: 0, failed: 2, warning: 0 }, 'failure'],
    ['all failed, status 0000', { status: 0, completed: 0, failed: 2, warning: 0 }, 'failure'],
    [
      'some failed, status B000',
      { status: 0xb000, completed: 3, failed: 1, warning: 0 },
      'warning',
    ],
  ])('%s', async (_, fields, outcome) => {
    const { script, code, out } = await moved(await mover(fields, ['2.25.8']));
    expect(script.told['moved']).toMatchObject({ ok: false, outcome, failed: fields.failed });
    expect(script.code).toBe(99);
    expect(script.out).toContain(`${fields.failed} of ${fields.completed + fields.failed} sub-op`);
    expect({ code, out }).toMatchObject({ code: 99 });
  });

  it('tells null where the peer tells nothing, and ends well on success', async () => {
    const { script, code, out } = await moved(await mover({ status: 0 }));
    const nothing = { remaining: null, completed: null, failed: null, warnings: null };
    expect(script.told['moved']).toMatchObject({ ok: true, outcome: 'success', ...nothing });
    expect(script.code).toBe(0);
    expect({ code, out }).toMatchObject({ code: 0 });
    expect(out).toContain('completed not told');
  });
});

type Report = (asked: readonly string[], transaction: string) => Record<string, unknown>;

/** Commits as told: answers N-ACTION, then reports on the same association. */
function committer(eventType: number, report: Report): Promise<number> {
  const onRequest = (
    association: Association,
    request: IncomingRequest,
    dataset: Buffer | null,
  ): void => {
    association.respond(request, { status: 0 });
    if (request.commandField !== CommandField.N_ACTION_RQ || dataset === null) return;
    const syntax = association.context(request.contextId)?.transferSyntax ?? '';
    const asked = toJson(openDataset(dataset, syntax));
    const list = asked['ReferencedSOPSequence'] as readonly Record<string, unknown>[];
    const uids = list.map((one) => String(one['ReferencedSOPInstanceUID']));
    normalized(
      association,
      {
        service: 'N-EVENT-REPORT',
        sopClass: SopClass.STORAGE_COMMITMENT,
        sopInstance: STORAGE_COMMITMENT_INSTANCE,
        typeId: eventType,
        attributes: report(uids, String(asked['TransactionUID'])),
      },
      () => undefined,
    );
  };
  return serve({ onRequest });
}

const references = (transaction: string, uids: readonly string[]): Record<string, unknown> =>
  commitmentAttributes(
    transaction,
    uids.map((sopInstance) => ({ sopClass: '1.2.840.10008.5.1.4.1.1.2', sopInstance })),
  );

async function committed(port: number): Promise<ScriptRun> {
  return runScript(
    `const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
    export default async function () {
      const study = dicom.study({ images: 2, from: ct });
      await using a = await dicom.peer({}).associate({ for: [study, 'StorageCommitment'] });
      await attempt('commit', async () => {
        const r = await a.commit(study, { timeout: '1s' });
        return { ...r, committed: r.committed.length, failed: r.failed.length };
      });
    }`,
    ['-c', at(port), ...ONCE],
  );
}

describe('storage commitment', () => {
  it.each<[string, number, Report, object]>([
    ['all', 1, (uids, t) => references(t, uids), { ok: true, committed: 2, failed: 0 }],
    ['one', 1, (uids, t) => references(t, uids.slice(1)), { ok: false, committed: 1, failed: 1 }],
    ['type 2', 2, (uids, t) => references(t, uids), { ok: false, outcome: 'failure', failed: 0 }],
    [
      'a stranger',
      1,
      (uids, t) => references(t, [...uids, '2.25.99']),
      { ok: true, unasked: ['2.25.99'] },
    ],
  ])('%s', async (_, type, report, expected) => {
    const { told } = await committed(await committer(type, report));
    expect(told['commit']).toMatchObject(expected);
  });

  it('names a report of a transaction that nobody waits for', async () => {
    const port = await committer(1, (uids) => references('2.25.4711', uids));
    const { told, out } = await committed(port);
    expect(told['commit']).toMatchObject({ code: 'TIMEOUT_REPORT' });
    expect(out).toContain('COMMIT_STRANGER');
  });
});
