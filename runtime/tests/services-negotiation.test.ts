// What scripts negotiate, as the peers read it: user identity, extended and common extended
// negotiation, roles, window; and what the peers answer, as scripts read it.
import { afterEach, describe, expect, it } from 'vitest';
import { SopClass } from '../dicom/dimse/uids.ts';
import { negotiateContexts } from '../dicom/scp/contexts.ts';
import type { AssociateRq } from '../dicom/ul/pdu/pdu.ts';
import { requirePeer, startStorescp } from './peers.ts';
import { connectTo, runScript, type ScriptRun } from './script-run.ts';
import { SECONDARY_CAPTURE } from './wire-calls.ts';
import { closeServers, serve } from './wire-fixture.ts';

const ONCE = ['--vus', '1', '--iterations', '1'];
const ENHANCED_SR = '1.2.840.10008.5.1.4.1.1.88.22';
const TEXT_SR = '1.2.840.10008.5.1.4.1.1.88.11';
const IDENTITIES = ['name', 'password', 'kerberos', 'saml', 'jwt'];

/** Negotiates once with each kind of identity. */
const EACH_IDENTITY = `
const identities = {
  name: { username: 'ÜSER' },
  password: { username: 'USER', password: 'SECRET', response: true },
  kerberos: { kerberos: Uint8Array.from([0, 127, 128, 255]), response: true },
  saml: { saml: '<a>é</a>' },
  jwt: { jwt: 'a.b.c', response: true },
};
export default async function () {
  for (const [name, userIdentity] of Object.entries(identities)) {
    const peer = dicom.peer({ userIdentity, asyncOps: { invoked: 7, performed: 3 } });
    tell(name, await peer.negotiate({
      for: ['SC', 'StudyRootFind'],
      roles: [{ sopClass: 'SC', scu: true, scp: true }],
      extended: { StudyRootFind: [1, 0, 1], SC: [2, 0, 3, 0, 1, 0] },
      commonExtended: [{ sopClass: '${ENHANCED_SR}', related: ['${TEXT_SR}'] }],
    }));
  }
}`;

const negotiate = (target: string): Promise<ScriptRun> =>
  runScript(EACH_IDENTITY, ['-c', target, ...ONCE]);

describe('what a script negotiates', () => {
  afterEach(closeServers);

  it('reaches the peer as given, and the answers of the peer reach the script', async () => {
    const seen: AssociateRq[] = [];
    const port = await serve({
      onAssociate: ({ rq }) => {
        seen.push(rq);
        const ticket = { userIdentityResponse: Buffer.from([9, 200]) };
        return {
          kind: 'accept',
          contexts: negotiateContexts(rq),
          roles: [{ sopClass: SECONDARY_CAPTURE, scu: false, scp: true }],
          extended: [{ sopClass: SopClass.STUDY_ROOT_FIND, info: Buffer.from([1, 0, 0]) }],
          asyncOps: { invoked: 5, performed: 0 },
          ...(rq.userIdentity?.type === 3 ? ticket : {}),
        };
      },
    });
    const { told, err } = await negotiate(`SCP@127.0.0.1:${port}`);
    const identities = seen.map(({ userIdentity: user }) => [
      user?.type,
      Buffer.from(user?.primary ?? '').toString('latin1'),
      user?.respond,
    ]);
    expect(identities, err).toEqual([
      [1, Buffer.from('ÜSER').toString('latin1'), false],
      [2, 'USER', true],
      [3, '\x00\x7f\x80\xff', true],
      [4, Buffer.from('<a>é</a>').toString('latin1'), false],
      [5, 'a.b.c', true],
    ]);
    expect(Buffer.from(seen[1]?.userIdentity?.secondary ?? '').toString()).toBe('SECRET');
    const serviceClass = '1.2.840.10008.4.2';
    const common = { sopClass: ENHANCED_SR, serviceClass, relatedSopClasses: [TEXT_SR] };
    expect(seen[0]?.user).toMatchObject({
      asyncOps: { invoked: 7, performed: 3 },
      roles: [{ sopClass: SECONDARY_CAPTURE, scu: true, scp: true }],
      extended: [
        { sopClass: SopClass.STUDY_ROOT_FIND, info: Buffer.from([1, 0, 1]) },
        { sopClass: SECONDARY_CAPTURE, info: Buffer.from([2, 0, 3, 0, 1, 0]) },
      ],
      commonExtended: [common],
    });
    expect(told['name']).toMatchObject({
      outcome: 'accepted',
      window: 5,
      extended: { [SopClass.STUDY_ROOT_FIND]: [1, 0, 0] },
      contexts: [{ abstractSyntax: SECONDARY_CAPTURE, scu: false, scp: true }, { scu: true }],
    });
    const responses = IDENTITIES.map((name) => told[name]?.['userIdentityResponse']);
    expect(responses).toEqual([null, [], [9, 200], null, []]);
  });

  it.skipIf(!requirePeer('storescp'))('is read by storescp', async () => {
    const peer = await startStorescp({ args: ['-d'] });
    const { told, err } = await negotiate(connectTo(peer));
    const outcomes = IDENTITIES.map((name) => told[name]?.['outcome']);
    expect(outcomes, err).toEqual(IDENTITIES.map(() => 'accepted'));
    await expect.poll(() => peer.log()).toMatch(/mode 5: JWT[^]*END A-ASSOCIATE-AC/);
    const log = peer.log();
    expect(log).toMatch(/mode 1: Username\n.*Username: \[ÜSER\]/);
    expect(log).toMatch(/mode 2: Username\/Password\n.*\[USER\]\n.*\[SECRET\]\n.*requested: Yes/);
    expect(log).toMatch(/mode 3: Kerberos\n.*length: 4\n/);
    expect(log).toMatch(/mode 4: SAML\n.*length: 9\n/);
    expect(log).toMatch(/mode 5: JWT\n.*length: 5\n/);
    expect(log).toMatch(/FINDStudyRootQueryRetrieveInformationModel .*\n.*\[0x01, 0x00, 0x01\]/);
    expect(log).toMatch(/=SecondaryCaptureImageStorage .*\n.*\[0x02, 0x00, 0x03, 0x00, 0x01/);
    await peer.stop();
  });

  it('says what was wrong with an identity', async () => {
    const { told } = await runScript(
      `export default async function () {
        const peer = dicom.peer({ connect: 'X@127.0.0.1:1', userIdentity: { password: 'SECRET' } });
        await attempt('none', () => peer.negotiate());
      }`,
      ONCE,
    );
    expect(told['none']).toMatchObject({
      code: 'SCRIPT_ARGUMENT',
      message: 'peer({ userIdentity }): no identity given',
    });
  });
});
