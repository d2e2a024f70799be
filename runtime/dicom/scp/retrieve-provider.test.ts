// C-GET and C-MOVE of both sides against each other on loopback.
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { connected, propose, retrieved, SECONDARY_CAPTURE } from '../../tests/wire-calls.ts';
import { closeServers, EXPLICIT, serve } from '../../tests/wire-fixture.ts';
import { compileEdits, type Edits } from '../edit/edits.ts';
import { patchHeader } from '../edit/header-patch.ts';
import { SopClass } from '../dimse/uids.ts';
import { InstanceReceiver } from '../scu/receive.ts';
import { storeRequest } from '../scu/requests.ts';
import type { Association } from '../ul/association.ts';
import { RetrieveProvider } from './retrieve-provider.ts';
import { serviceHandler } from '../../tests/wire-services.ts';
import type { StoredCopy } from './sub-operations.ts';

function stored(count: number, bytes = 100): StoredCopy[] {
  return Array.from({ length: count }, (_, i) => {
    const sopInstance = `2.25.1.${i}`;
    const dataset = Buffer.concat([
      patchHeader(Buffer.alloc(0), EXPLICIT, compileEdits({ PatientID: `P${i}` } as Edits)),
      Buffer.from('e07f10004f570000', 'hex'),
      Buffer.from(Uint32Array.of(bytes).buffer),
      Buffer.alloc(bytes, i),
    ]);
    return {
      sopClass: SECONDARY_CAPTURE,
      sopInstance,
      transferSyntax: EXPLICIT,
      message: ({ contextId, maxPdu }, originator) =>
        storeRequest(
          contextId,
          maxPdu,
          {
            sopClass: SECONDARY_CAPTURE,
            sopInstance,
            ...(originator === undefined ? {} : { originator }),
          },
          dataset,
        ),
    };
  });
}

const place = (port: number) => ({ host: '127.0.0.1', port, aet: 'SCP' });

describe('retrieve service', () => {
  afterEach(closeServers);
  const query = { level: 'STUDY', keys: { StudyInstanceUID: '2.25.1' } };

  it('sends the instances of a C-GET on the same association', async () => {
    const retrieve = new RetrieveProvider({ instances: () => stored(20, 50_000) });
    const port = await serve(serviceHandler({ retrieve }));
    const association = await connected(
      place(port),
      propose(SopClass.STUDY_ROOT_GET, SECONDARY_CAPTURE),
      {
        roles: [{ sopClass: SECONDARY_CAPTURE, scu: false, scp: true }],
      },
    );
    const receiver = new InstanceReceiver({ hash: true });
    association.handler = receiver;
    const result = await retrieved(association, query);
    expect(result).toMatchObject({
      status: 0,
      completed: 20,
      failed: 0,
      warning: 0,
      pendingResponses: 19,
    });
    expect([receiver.instances, receiver.bytes > 1_000_000]).toEqual([20, true]);
  });

  it('counts what failed and names it', async () => {
    const retrieve = new RetrieveProvider({ instances: () => stored(3) });
    const port = await serve(serviceHandler({ retrieve }));
    const association = await connected(
      place(port),
      propose(SopClass.STUDY_ROOT_GET, SECONDARY_CAPTURE),
    );
    association.handler = new InstanceReceiver({ status: 0xa700 });
    const result = await retrieved(association, query);
    expect(result).toMatchObject({ status: 0xa702, completed: 0, failed: 3 });
    expect(result.failedInstances).toEqual(['2.25.1.0', '2.25.1.1', '2.25.1.2']);
  });

  it('refuses what the disk does not take, goes on with the rest, leaves nothing of an instance', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dicomrun-receive-'));
    mkdirSync(join(folder, '2.25.1.1.dcm'));
    const elsewhere = join(folder, 'elsewhere');
    writeFileSync(elsewhere, 'of somebody else');
    symlinkSync(elsewhere, join(folder, '2.25.1.2.dcm'));
    const retrieve = new RetrieveProvider({ instances: () => stored(3) });
    const port = await serve(serviceHandler({ retrieve }));
    const get = propose(SopClass.STUDY_ROOT_GET, SECONDARY_CAPTURE);
    const association = await connected(place(port), get);
    const receiver = new InstanceReceiver({ folder });
    association.handler = receiver;
    const result = await retrieved(association, query);
    expect(result).toMatchObject({ completed: 2, failed: 1, failedInstances: ['2.25.1.1'] });
    expect([receiver.instances, receiver.failure]).toEqual([2, `${folder}: ERR_FS_EISDIR`]);
    // A link is replaced, not written through.
    expect(readFileSync(elsewhere, 'utf8')).toBe('of somebody else');
    const nowhere = new InstanceReceiver({ folder: join(folder, '2.25.1.0.dcm', 'below') });
    association.handler = nowhere;
    expect(await retrieved(association, query)).toMatchObject({ completed: 0, failed: 3 });
    expect(nowhere.failure).toMatch(/no folder can be made there/);
    const kept = ['2.25.1.0.dcm', '2.25.1.1.dcm', '2.25.1.2.dcm', 'elsewhere'];
    expect(readdirSync(folder).sort()).toEqual(kept);
    rmSync(folder, { recursive: true });
  });

  it('lets go of an instance that was arriving when the association broke', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dicomrun-receive-'));
    const retrieve = new RetrieveProvider({ instances: () => stored(1, 4_000_000) });
    const port = await serve(serviceHandler({ retrieve }));
    const get = propose(SopClass.STUDY_ROOT_GET, SECONDARY_CAPTURE);
    const association = await connected(place(port), get);
    const receiver = new InstanceReceiver({ folder });
    let files: string[] = [];
    association.handler = {
      onStore: (...store) => receiver.onStore(...store),
      onStoreData: (...piece) => {
        receiver.onStoreData(...piece);
        files = readdirSync(folder);
        association.abort();
      },
    };
    const result = await retrieved(association, query);
    expect(result.failure?.kind).toBeDefined();
    receiver.close();
    expect([files, readdirSync(folder)]).toEqual([['2.25.1.0.dcm'], []]);
    rmSync(folder, { recursive: true });
  });

  it('moves to a third party, which hears on whose behalf', async () => {
    const heard: string[] = [];
    const target = await serve({
      onStoreEnd: (association, request) => {
        heard.push(`${association.calledAET} ${request.text(0x1030)} ${request.uint16(0x1031)}`);
        return 0;
      },
    });
    const retrieve = new RetrieveProvider({
      instances: () => stored(3),
      destination: (aet) => (aet === 'DEST' ? { host: '127.0.0.1', port: target } : null),
    });
    const port = await serve(serviceHandler({ retrieve }));
    const association = await connected(place(port), propose(SopClass.STUDY_ROOT_MOVE));
    const result = await retrieved(association, { ...query, destination: 'DEST' });
    expect(result).toMatchObject({ status: 0, completed: 3, failed: 0 });
    expect(heard).toEqual(['DEST WIRE 1', 'DEST WIRE 1', 'DEST WIRE 1']);
    const unknown = await retrieved(association, { ...query, destination: 'NOWHERE' });
    expect(unknown.status).toBe(0xa801);
  });

  it('moves no more when whoever asked for it is gone', async () => {
    let heard = 0;
    let requestor: Association | null = null;
    const over = new Promise<void>((resolve) => {
      void serve({
        onStoreEnd: (association) => {
          association.onClosed = () => resolve();
          heard += 1;
          if (heard === 3) requestor?.abort();
          return 0;
        },
      }).then(async (target) => {
        const retrieve = new RetrieveProvider({
          instances: () => stored(1000),
          destination: () => ({ host: '127.0.0.1', port: target }),
        });
        const port = await serve(serviceHandler({ retrieve }));
        requestor = await connected(place(port), propose(SopClass.STUDY_ROOT_MOVE));
        await retrieved(requestor, { ...query, destination: 'DEST' });
      });
    });
    await over;
    expect(heard).toBeLessThan(500);
  });
});
