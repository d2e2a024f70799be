// Routers between sender and receiver: the account names exactly what they did wrong.
import type { RouterRule } from '../../api/k6/simulate.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { openPorts } from '../acceptors/stations/ports.ts';
import { Router } from '../acceptors/router/router.ts';
import { memberNumber } from '../dicom/pool/identity.ts';
import { syntheticPool } from '../dicom/synthetic/synthetic.ts';
import { HOST, openAcceptor, release, Sender, uidOf } from './delivery-bench.ts';
import type { Acceptor, AcceptorSetup } from './delivery-bench.ts';
import { startForwarder } from './delivery-forwarder.ts';

const endoscopes = syntheticPool(
  { modality: 'ES', rows: 16, columns: 16, instances: 4 },
  { id: 1, key: 'es' },
);
const open: Acceptor[] = [];

async function acceptor(setup: AcceptorSetup): Promise<Acceptor> {
  const opened = await openAcceptor(setup);
  open.push(opened);
  return opened;
}

afterEach(async () => {
  for (const one of open.splice(0)) await one.exit();
});

describe('a foreign forwarder', () => {
  it('that drops, repeats and damages is found out, instance by instance', async () => {
    const at = await acceptor({ receivers: [{ settleMs: 5000 }], pools: [endoscopes] });
    const study = 3e10; // the sender's first study
    const misdeeds = {
      drop: new Set([uidOf(study, 2), uidOf(study, 7)]),
      repeat: new Set([uidOf(study, 4)]),
      damage: new Set([uidOf(study, 5), uidOf(study, 9)]),
    };
    const to = { port: at.receivers[0]?.port ?? 0, calledAET: 'SINK' };
    const forwarder = await startForwarder(to, misdeeds);
    const sender = new Sender(at, endoscopes);
    const target = { host: HOST, port: forwarder.port, calledAET: 'FORWARDER' };
    const association = await sender.open(target);
    expect(await sender.study(association, 10)).toBe(study);
    await release(association);
    const question = { receiver: 0, study, accepted: 10, timeoutMs: 4000, quietMs: 250 };
    const delivery = await at.expect(question);
    expect(delivery).toMatchObject({
      ...{ expected: 10, arrived: 8, missing: 2, duplicated: 1 },
      ...{ pixelsChanged: 2, unexpected: 0, associations: 9 },
    });
    expect([...delivery.missingInstances].sort()).toEqual([...misdeeds.drop].sort());
    const { accounts, missing } = await at.settle();
    expect(accounts).toMatchObject([
      {
        ...{ route: 'ROUTE', accepted: 10, arrived: 9, unique: 8, missing: 2, late: 0 },
        ...{ duplicated: 1, corrupted: 2, unexpected: 0 },
        associationsPerStudy: { mean: 9, max: 9 },
      },
    ]);
    expect(missing.map((one) => one.sopInstanceUid).sort()).toEqual([...misdeeds.drop].sort());
    forwarder.stop();
  });
});

describe('the embedded router', () => {
  const target = (at: Acceptor, calledAET: string) => ({
    host: HOST,
    port: at.embedded?.routerPort ?? 0,
    calledAET,
  });

  it('delivers by called AE title, with its one rule', async () => {
    const at = await acceptor({
      receivers: [{ aets: ['GI_ARCHIVE'] }, { aets: ['OTHER'] }],
      pools: [endoscopes],
      embedded: { deliver: { HTM_GI: 0, HTM_EYE: 1 } },
    });
    const tags = { StudyDescription: 'GI Endoscopy' };
    const question = { accepted: 4, timeoutMs: 5000, quietMs: 50, tags };
    const gi = new Sender(at, endoscopes, 'HTM_GI', 0);
    const association = await gi.open(target(at, 'HTM_GI'));
    const study = await gi.study(association, 4);
    await release(association);
    expect(await at.expect({ receiver: 0, study, ...question })).toMatchObject({
      ...{ expected: 4, arrived: 4, missing: 0, duplicated: 0, pixelsChanged: 0, wrongTags: 0 },
    });
    const { accounts } = await at.settle();
    expect(accounts).toMatchObject([{ route: 'HTM_GI', accepted: 4, unique: 4, missing: 0 }]);
  });

  it('changes nothing but what its rule says, seen by a receiver that verifies all', async () => {
    const at = await acceptor({
      receivers: [{ aets: ['GI_ARCHIVE'], verify: 'full', keep: 'nothing' }],
      pools: [endoscopes],
      embedded: { deliver: { HTM_GI: 0 } },
    });
    const gi = new Sender(at, endoscopes, 'HTM_GI', 0);
    const association = await gi.open(target(at, 'HTM_GI'));
    const study = await gi.study(association, 3);
    await release(association);
    const question = { receiver: 0, study, accepted: 3, timeoutMs: 5000, quietMs: 50 };
    const unannounced = await at.expect(question);
    expect(unannounced).toMatchObject({ arrived: 3, wrongTags: 0, changedTags: 3 });
    expect(unannounced.differences[0]).toMatchObject({
      ...{ tag: 'StudyDescription', actual: 'GI Endoscopy' },
    });
    const tags = { StudyDescription: 'GI Endoscopy' };
    expect(await at.expect({ ...question, tags })).toMatchObject({ wrongTags: 0, changedTags: 0 });
  });

  it('and its receivers serve on while twenty questions never come to an answer', async () => {
    const StudyDescription = `${'a'.repeat(60)}!`;
    const rules = [{ route: 'HTM_GI', when: {}, set: { StudyDescription } }];
    const at = await acceptor({
      receivers: [{ aets: ['GI_ARCHIVE'] }],
      pools: [endoscopes],
      embedded: { deliver: { HTM_GI: 0 }, router: { rules } },
    });
    const sender = new Sender(at, endoscopes, 'HTM_GI', 0);
    const association = await sender.open(target(at, 'HTM_GI'));
    const study = await sender.study(association, 1);
    const question = { receiver: 0, timeoutMs: 20_000, quietMs: 0 };
    await at.expect({ ...question, study, accepted: 1 });
    // Each takes 2^60 steps, and none of them is another's.
    let answered = 0;
    const asked = Array.from({ length: 20 }, async (_, n) => {
      const tags = { StudyDescription: { re: `^(a+)+${n}$`, flags: '' } };
      const delivery = await at.expect({ ...question, study, accepted: 1, tags });
      answered++;
      return delivery;
    });
    const other = await sender.study(association, 20);
    expect(await at.expect({ ...question, study: other, accepted: 20 })).toMatchObject({
      ...{ arrived: 20, missing: 0 },
    });
    // They were stored, delivered and asked for while the patterns were being tried elsewhere.
    expect(answered).toBeLessThan(asked.length);
    await release(association);
    const words = /^\(the pattern .* (took over \d+ ms and was given up|was not tried: .*)\)$/;
    for (const { wrongTags, differences } of await Promise.all(asked)) {
      expect(wrongTags).toBe(1);
      expect(differences[0]?.actual).toMatch(words);
    }
  });

  it('leaves other routes alone', async () => {
    const at = await acceptor({
      receivers: [{ aets: ['EYE_ARCHIVE'] }],
      pools: [endoscopes],
      embedded: { deliver: { HTM_EYE: 0 } },
    });
    const sender = new Sender(at, endoscopes, 'HTM_EYE', 0);
    const association = await sender.open(target(at, 'HTM_EYE'));
    const study = await sender.study(association, 1);
    const tags = { StudyDescription: 'GI Endoscopy' };
    const question = { receiver: 0, study, accepted: 1, timeoutMs: 5000, quietMs: 0, tags };
    expect(await at.expect(question)).toMatchObject({ arrived: 1, wrongTags: 1 });
    await release(association);
  });

  it('applies a rule table over three routes and five modalities', async () => {
    const modalities = ['ES', 'OPV', 'OPT', 'CT', 'US'] as const;
    const mixed = syntheticPool(
      modalities.map((modality) => ({ modality, rows: 16, columns: 16 })),
      { id: 2, key: 'mixed' },
    );
    const table: Record<string, Partial<Record<(typeof modalities)[number], string>>> = {
      HTM_GI: { ES: 'GI Endoscopy' },
      HTM_OPH: { OPV: 'Visual Fields (VF)', OPT: 'Optical Coherence Tomography (OCT)' },
      HTM_ORD: { ES: 'Ordered ES', CT: 'Ordered CT', US: 'Ordered US' },
    };
    const routes = Object.keys(table);
    const rules: RouterRule[] = routes.flatMap((route) =>
      Object.entries(table[route] ?? {}).map(([Modality, StudyDescription]) => ({
        ...{ route, when: { Modality }, set: { StudyDescription } },
      })),
    );
    const at = await acceptor({
      receivers: routes.map((route) => ({ aets: [`AT_${route}`], verify: 'full' })),
      pools: [mixed],
      embedded: {
        deliver: Object.fromEntries(routes.map((route, id) => [route, id])),
        router: { rules },
      },
    });
    for (const [receiver, route] of routes.entries()) {
      const sender = new Sender(at, mixed, route, receiver);
      const association = await sender.open(target(at, route));
      const study = await sender.study(association, modalities.length);
      await release(association);
      for (const [i, modality] of modalities.entries()) {
        const description = table[route]?.[modality];
        const tags = description === undefined ? {} : { StudyDescription: description };
        const delivery = await at.expect({
          ...{ receiver, study, member: memberNumber(1, i + 1), accepted: 5 },
          ...{ timeoutMs: 5000, quietMs: 0, tags: { Modality: modality, ...tags } },
        });
        expect({ route, modality, ...delivery }).toMatchObject({
          ...{ arrived: 1, missing: 0, pixelsChanged: 0, wrongTags: 0, changedTags: 0 },
        });
      }
    }
    const { accounts } = await at.settle();
    expect(accounts.map(({ route, unique }) => [route, unique])).toEqual(
      routes.map((route) => [route, 5]),
    );
  });

  it('is asked again after a deliberate resend, which is no duplicate', async () => {
    const at = await acceptor({
      receivers: [{}],
      pools: [endoscopes],
      embedded: { deliver: { ROUTE: 0 } },
    });
    const sender = new Sender(at, endoscopes);
    const association = await sender.open(target(at, 'ROUTE'));
    for (let time = 0; time < 3; time++) await sender.store(association, 5, memberNumber(1, 1));
    await release(association);
    const { accounts } = await at.settle(3000);
    expect(accounts).toMatchObject([{ accepted: 3, arrived: 3, unique: 1, duplicated: 0 }]);
  });
});

describe('a simulated router', () => {
  it('that drops, repeats and damages one in a hundred is found out exactly', async () => {
    const at = await acceptor({ receivers: [{}], pools: [endoscopes] });
    const sink = { host: HOST, port: at.receivers[0]?.port ?? 0, calledAET: 'SINK' };
    const router = new Router(
      {
        destinations: { sink },
        routes: [{ to: ['sink'] }],
        faults: { drop: 0.01, duplicate: 0.01, corrupt: 0.01, seed: 7 },
      },
      () => at.now(),
    );
    const [listening] = await openPorts([{ station: router, host: HOST, port: 0 }]);
    const target = { host: HOST, port: listening?.port ?? 0, calledAET: 'ROUTE' };
    const sender = new Sender(at, endoscopes);
    const association = await sender.open(target);
    for (let n = 0; n < 40; n++) await sender.study(association, 25);
    await release(association);
    const { accounts, missing } = await at.settle(1500);
    const truth = router.forwarding;
    expect(truth.dropped.length).toBeGreaterThan(2);
    expect(truth.duplicated.length).toBeGreaterThan(2);
    expect(truth.corrupted.length).toBeGreaterThan(2);
    const [account] = accounts;
    expect(account).toMatchObject({
      accepted: 1000,
      missing: truth.dropped.length,
      unique: 1000 - truth.dropped.length,
      duplicated: truth.duplicated.length,
      corrupted: truth.corrupted.length,
      unexpected: 0,
    });
    expect(missing.map((one) => one.sopInstanceUid).sort()).toEqual([...truth.dropped].sort());
    router.close();
    await listening?.close();
  });
});
