// Values that a script hands over arrive as they are, of any VR, or are refused by their name.
import { afterEach, describe, expect, it } from 'vitest';
import { CommandField } from '../dicom/dimse/elements.ts';
import { getValue, openDataset, type OpenDataset } from '../dicom/element/json.ts';
import { runScript } from './script-run.ts';
import { closeServers, serve } from './wire-fixture.ts';

const ONCE = ['--vus', '1', '--iterations', '1'];
const at = (port: number): string => `PEER@127.0.0.1:${port}`;
afterEach(closeServers);

describe('values of a script', () => {
  it('bytes and long integers arrive in N-CREATE and N-SET as they were given', async () => {
    const came = new Map<number, OpenDataset>();
    const port = await serve({
      onRequest: (association, request, dataset) => {
        const syntax = association.context(request.contextId)?.transferSyntax ?? '';
        came.set(request.commandField, openDataset(Buffer.from(dataset ?? []), syntax));
        association.respond(request, { status: 0 });
      },
    });
    const { code, out, err } = await runScript(
      `const peer = dicom.peer({});
      const MPPS = '1.2.840.10008.3.1.2.3.3';
      const bytes = Uint8Array.of(1, 2, 0, 255, 128, 7);
      export default async function () {
        await using a = await peer.associate({ for: 'MPPS' });
        await a.create(MPPS, '2.25.1', {
          ICCProfile: bytes,
          EncapsulatedDocument: bytes.buffer,
          OverlayData: bytes.subarray(2, 4),
          SelectorSVValue: -9007199254740993n,
          SelectorUVValue: [5, 18446744073709551615n],
          BasicGrayscaleImageSequence: [{ Rows: 1, PixelData: new DataView(bytes.buffer, 4, 2) }],
        });
        await a.set(MPPS, '2.25.1', {
          RedPaletteColorLookupTableData: new Uint16Array([0x0102, 0xfffe]),
          FrameIncrementPointer: '(0018,1063)',
        });
      }`,
      [...ONCE, '-c', at(port)],
    );
    expect({ code, out, err }).toMatchObject({ code: 0 });
    const created = (path: string): unknown =>
      getValue(came.get(CommandField.N_CREATE_RQ) as OpenDataset, path);
    expect(created('ICCProfile')).toEqual(Buffer.of(1, 2, 0, 255, 128, 7));
    expect(created('EncapsulatedDocument')).toEqual(Buffer.of(1, 2, 0, 255, 128, 7));
    expect(created('60003000')).toEqual(Buffer.of(0, 255));
    expect(created('SelectorSVValue')).toBe(-9007199254740993n);
    expect(created('SelectorUVValue')).toEqual([5, 2n ** 64n - 1n]);
    expect(created('BasicGrayscaleImageSequence[0].PixelData')).toEqual(Buffer.of(128, 7));
    const set = came.get(CommandField.N_SET_RQ) as OpenDataset;
    expect(getValue(set, 'RedPaletteColorLookupTableData')).toEqual(Buffer.of(2, 1, 0xfe, 0xff));
    expect(getValue(set, 'FrameIncrementPointer')).toBe('00181063');
  });

  it('a text that the character set cannot hold is refused by name; in UTF-8 it arrives', async () => {
    const { code, told, out, err } = await runScript(
      `const sink = dicom.receiver({ aet: 'SINK', port: 0 });
      const ct = dicom.synthetic({ modality: 'CT', rows: 8, columns: 8 });
      const peer = () => dicom.peer({ host: '127.0.0.1', port: sink.port, calledAET: 'SINK', deliversTo: sink });
      const latin = ct.with({ SpecificCharacterSet: 'ISO_IR 100' });
      export default async function () {
        const sent = async (image, edits) => (await peer().store(image.with(edits))).ok;
        await attempt('beyond', () => sent(latin, { PatientName: '山^田' }));
        await attempt('nested', () =>
          sent(latin, { RequestAttributesSequence: [{ ScheduledProcedureStepDescription: 'Ж' }] }));
        await attempt('within', () => sent(latin, { PatientName: 'Größe' }));
        await attempt('utf8', () => sent(ct, { SpecificCharacterSet: 'ISO_IR 192', PatientName: '山^田' }));
      }`,
      ONCE,
    );
    expect(told['beyond'], out + err).toMatchObject({
      message: expect.stringMatching(/PatientName/),
    });
    expect(told['beyond']?.['message']).toMatch(/cannot be written in "ISO_IR 100"/);
    expect(told['nested']).toMatchObject({
      message: expect.stringMatching(/ScheduledProcedureStepDescription.*cannot be written/),
    });
    expect([told['within'], told['utf8'], code]).toEqual([true, true, 0]);
  });
});
