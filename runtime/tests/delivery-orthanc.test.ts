// Orthanc with a few lines of Lua as the router: right, then losing and repeating on purpose.
import { afterEach, describe, expect, it } from 'vitest';
import { memberNumber, studyNumber } from '../dicom/pool/identity.ts';
import { syntheticPool } from '../dicom/synthetic/synthetic.ts';
import { HOST, openAcceptor, release, Sender, uidOf } from './delivery-bench.ts';
import type { Acceptor } from './delivery-bench.ts';
import { requirePeer, startOrthanc, type OrthancPeer } from './peers.ts';

/** A receiver each, at which Orthanc knows it as `AT_` and its name. */
const MODALITIES = ['ES', 'CT', 'US', 'OPV', 'OPT'] as const;
const IMAGES = 8;
const pools = MODALITIES.map((modality, i) =>
  syntheticPool({ modality, rows: 16, columns: 16, instances: 2 }, { id: i + 1, key: modality }),
);
const studyOf = (modality: number): number => studyNumber(3, modality);

let at: Acceptor;
let orthanc: OrthancPeer | null = null;
afterEach(async () => {
  await orthanc?.stop();
  orthanc = null;
  await at.exit();
});

/** Starts receivers and Orthanc, and sends it a study of each modality. */
async function routeAll(lua: string): Promise<void> {
  const receivers = MODALITIES.map((name) => ({
    ...{ aets: [`AT_${name}`], verify: 'full' as const, settleMs: 10_000 },
  }));
  at = await openAcceptor({ receivers, pools });
  const modalities = Object.fromEntries(
    at.receivers.map(({ port }, i) => [`AT_${MODALITIES[i] ?? ''}`, { host: HOST, port }]),
  );
  orthanc = await startOrthanc({ lua, modalities });
  for (const [i, pool] of pools.entries()) {
    const sender = new Sender(at, pool, MODALITIES[i], i);
    const association = await sender.open({ ...orthanc, calledAET: orthanc.aet });
    for (let image = 1; image <= IMAGES; image++) {
      expect(await sender.store(association, studyOf(i), memberNumber(1, image))).toBe(0);
    }
    await release(association);
  }
}

const question = { accepted: IMAGES, timeoutMs: 10_000, quietMs: 0 };

describe.skipIf(!requirePeer('Orthanc'))('Orthanc as the router', () => {
  it('brings every image of five modalities to its receiver, once and unchanged', async () => {
    await routeAll(`function OnStoredInstance(id, tags)
      SendToModality(id, 'AT_' .. tags['Modality'])
    end`);
    for (const [i, Modality] of MODALITIES.entries()) {
      const delivery = await at.expect({
        ...{ ...question, receiver: i, study: studyOf(i), tags: { Modality } },
      });
      expect({ Modality, ...delivery }).toMatchObject({
        ...{ expected: IMAGES, arrived: IMAGES, missing: 0, duplicated: 0, unexpected: 0 },
        ...{ pixelsChanged: 0, wrongTags: 0, changedTags: 0 },
      });
    }
    const { accounts, missing } = await at.settle();
    expect(accounts).toMatchObject(
      MODALITIES.map((route) => ({
        ...{ route, accepted: IMAGES, arrived: IMAGES, unique: IMAGES },
        ...{ missing: 0, duplicated: 0, corrupted: 0, unexpected: 0 },
      })),
    );
    expect(missing).toEqual([]);
  });

  it('that loses, repeats and misroutes some is found out, instance by instance', async () => {
    await routeAll(`function OnStoredInstance(id, tags)
      local modality, number = tags['Modality'], tonumber(tags['InstanceNumber'])
      if modality == 'CT' and number % 3 == 0 then return end
      if modality == 'US' and number == 5 then SendToModality(id, 'AT_ES') return end
      SendToModality(id, 'AT_' .. modality)
      if modality == 'OPT' and number % 4 == 0 then SendToModality(id, 'AT_OPT') end
    end`);
    // Orthanc takes its time: what is not lost has arrived before the rest is given up.
    for (const i of [0, 3, 4]) await at.expect({ ...question, receiver: i, study: studyOf(i) });
    const { accounts, missing } = await at.settle(3000);
    const right = { accepted: IMAGES, arrived: 8, unique: 8, missing: 0, duplicated: 0 };
    const account = (route: string, wrong: object) => ({ ...right, route, ...wrong });
    expect(accounts).toMatchObject([
      account('ES', {}),
      account('CT', { arrived: 6, unique: 6, missing: 2 }),
      account('US', { arrived: 7, unique: 7, missing: 1 }),
      account('OPV', {}),
      account('OPT', { arrived: 10, duplicated: 2 }),
    ]);
    const lost = [uidOf(studyOf(1), 3), uidOf(studyOf(1), 6), uidOf(studyOf(2), 5)];
    expect(missing.map((one) => one.sopInstanceUid).sort()).toEqual(lost.sort());
  });
});
