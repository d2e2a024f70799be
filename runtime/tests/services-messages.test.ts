// What a person is told when the peer is at fault: the peer, not the script and not another cause.
import { afterEach, describe, expect, it } from 'vitest';
import { CommandField } from '../dicom/dimse/elements.ts';
import { encodeAttributes } from '../dicom/dimse/model.ts';
import type { AcceptorHandler } from '../dicom/scp/acceptor-types.ts';
import { negotiateContexts } from '../dicom/scp/contexts.ts';
import { Place } from './cli-spawn.ts';
import { runScript } from './script-run.ts';
import { closeServers, serve } from './wire-fixture.ts';

const BIG_ENDIAN = '1.2.840.10008.1.2.2';
const ONCE = ['--vus', '1', '--iterations', '1'];
const at = (port: number): string => `PEER@127.0.0.1:${port}`;
afterEach(closeServers);

/** Accepts every context with this syntax, proposed or not. */
const acceptsWith = (transferSyntax: string): Partial<AcceptorHandler> => ({
  onAssociate: ({ rq }) => ({
    kind: 'accept',
    contexts: negotiateContexts(rq).map((context) => ({ ...context, transferSyntax })),
  }),
});

async function dicomrun(...args: readonly string[]) {
  const place = new Place({});
  try {
    return await place.run([...args]);
  } finally {
    place.remove();
  }
}

describe('faults of the peer in words', () => {
  it('a context accepted with a syntax that was not proposed is its mistake', async () => {
    const port = await serve(acceptsWith(BIG_ENDIAN));
    const echo = await dicomrun('echo', '-c', at(port));
    expect(echo).toMatchObject({ code: 111 });
    const { told } = await runScript(
      `const peer = dicom.peer({});
      export default async function () {
        await attempt('associate', () => peer.associate({ for: 'StudyRoot' }));
        const { contexts } = await peer.negotiate({ contexts: [
          { abstractSyntax: 'Verification', transferSyntaxes: ['ImplicitVRLittleEndian'] },
        ] });
        tell('contexts', contexts);
      }`,
      [...ONCE, '-c', at(port)],
    );
    for (const said of [echo.err, String(told['associate']?.['message'])]) {
      expect(said).toMatch(/accepted it with 1\.2\.840\.10008\.1\.2\.2, which/);
      expect(said).toMatch(/was not proposed: its mistake \(result 0\)/);
      expect(said).not.toMatch(/no reason/);
    }
    expect(told['contexts']).toMatchObject([
      { transferSyntax: '', result: 2, unproposed: BIG_ENDIAN },
    ]);
  });

  it('a query that the peer aborts failed; it has no "0 matches"', async () => {
    const port = await serve({ onRequest: (association) => association.abort() });
    const { code, out, err } = await dicomrun('find', 'patient', 'P1', '-c', at(port));
    expect({ code, out }).toEqual({ code: 111, out: '' });
    expect(err).toMatch(/the query failed: PEER@.* aborted the association/);
    expect(err).toMatch(/often abort a C-FIND of an AE title that they do not know: is "DICOMRUN"/);
  });

  it('a query refused by its status has no "0 matches"; what came before is shown', async () => {
    let matches = 0;
    const port = await serve({
      onRequest: (association, request) => {
        const syntax = association.context(request.contextId)?.transferSyntax ?? '';
        const dataset = encodeAttributes({ PatientID: 'P1', StudyInstanceUID: '2.25.5' }, syntax);
        for (let i = 0; i < matches; i++) association.respond(request, { status: 0xff00, dataset });
        association.respond(request, { status: 0xc001 });
      },
    });
    const none = await dicomrun('find', 'patient', 'P1', '-c', at(port));
    expect(none).toMatchObject({ code: 99, out: '' });
    expect(none.err).toMatch(/the peer ended the query with C001/);
    matches = 2;
    const some = await dicomrun('find', 'patient', 'P1', '-c', at(port));
    expect(some.code).toBe(99);
    expect(some.out).toMatch(/2 matches/);
    expect(some.err).toMatch(/ended the query after 2 matches with C001/);
  });

  it('a peer that hangs up on peer.echo(): nothing about an association nobody opened', async () => {
    const port = await serve({
      onRequest: (association, request) => {
        expect(request.commandField).toBe(CommandField.C_ECHO_RQ);
        association.destroy();
      },
    });
    const { told, out, err } = await runScript(
      `const peer = dicom.peer({});
      export default async function () {
        await attempt('peer', () => peer.echo());
        const a = await peer.associate({ for: 'Verification' });
        await attempt('own', () => a.echo());
        tell('open', a.open);
      }`,
      [...ONCE, '-c', at(port)],
    );
    expect(told['peer']?.['thrown']).toBe('TransportError');
    expect(told['own']?.['thrown']).toBe('TransportError');
    expect(told['open']).toBe(false);
    expect(out + err).not.toMatch(/await using/);
  });

  it('an association that is really left open is still told', async () => {
    const port = await serve();
    const { out, err } = await runScript(
      `const peer = dicom.peer({});
      export default async function () { await peer.associate({ for: 'Verification' }).then((a) => a.echo()); }`,
      [...ONCE, '-c', at(port)],
    );
    expect(out + err).toMatch(/was still open when the iteration ended.*await using/);
  });
});
