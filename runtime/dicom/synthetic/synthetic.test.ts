import { describe, expect, it } from 'vitest';
import { getValue, openDataset } from '../element/json.ts';
import { Pool } from '../pool/prototype.ts';
import { makeInstances, PRESETS, SYNTHETIC_MODALITIES, syntheticPool } from './synthetic.ts';

describe('synthetic instances', () => {
  for (const [preset, { modality, bytes }] of Object.entries(PRESETS)) {
    it(`${preset} is ${bytes} bytes of ${modality}, in every plain encoding`, () => {
      for (const transferSyntax of ['explicit', 'implicit', 'big-endian']) {
        const [one] = makeInstances({ preset, transferSyntax });
        expect(one?.dataset?.length).toBe(bytes);
      }
    });
  }

  it('are the same for the same seed, and not for another', () => {
    const bytes = (seed: number): Buffer | null | undefined =>
      makeInstances({ modality: 'MR', rows: 16, columns: 16, seed })[0]?.dataset;
    expect(bytes(1)?.equals(bytes(1) ?? Buffer.alloc(0))).toBe(true);
    expect(bytes(1)?.equals(bytes(2) ?? Buffer.alloc(0))).toBe(false);
  });

  it('of every kind know their modality and have a Patient Name that no person has', () => {
    for (const modality of SYNTHETIC_MODALITIES) {
      const [one] = makeInstances({ modality, rows: 16, columns: 16, fill: 'flat' });
      if (one?.dataset === null || one === undefined) throw new Error(modality);
      const open = openDataset(one.dataset, one.transferSyntax);
      expect(getValue(open, 'PatientName')).toBe('DICOMRUN^TEST');
      expect(getValue(open, 'Modality')).toBe(modality === 'SC' ? 'OT' : modality);
    }
  });

  it('differ within a pool, and have the instance number drawn in', () => {
    const pool = syntheticPool(
      { modality: 'US', rows: 64, columns: 64, instances: 3, fill: 'pattern' },
      { id: 1, key: 'x' },
    );
    expect(new Set(pool.members.map((one) => one.pixelHash)).size).toBe(3);
    expect(new Set(pool.members.map((one) => one.sopInstance)).size).toBe(3);
  });

  it('of more than 2 GB need the memory of one tile', () => {
    const pool = syntheticPool(
      { modality: 'XA', bytes: 2_400_000_000 },
      { id: 1, key: 'x' },
      'none',
    );
    const [member] = new Pool(pool).members;
    expect(member?.share.datasetBytes).toBe(2_400_000_000);
    expect(member?.share.numberOfFrames).toBeGreaterThan(1000);
    expect(pool.segments.reduce((sum, one) => sum + one.byteLength, 0)).toBeLessThan(9e6);
  });

  it('take values of their own, edge cases included', () => {
    const [one] = makeInstances({
      modality: 'CT',
      rows: 8,
      columns: 8,
      edits: {
        SpecificCharacterSet: 'ISO_IR 192',
        PatientName: `${'Ω'.repeat(64)}`,
        AccessionNumber: '*?\\%&=^~$#@!()[]'.slice(0, 16),
        PatientBirthDate: '',
        '0019,0010': { vr: 'LO', value: 'DICOMRUN' },
        '0019,1001': { vr: 'UN', value: Uint8Array.of(1, 2) },
      },
    });
    const open = openDataset(one?.dataset ?? Buffer.alloc(0), one?.transferSyntax ?? '');
    expect(getValue(open, 'PatientName')).toBe('Ω'.repeat(64));
    expect(getValue(open, '0019,0010')).toBe('DICOMRUN');
  });

  const WRONG: readonly (readonly [Parameters<typeof syntheticPool>[0], RegExp])[] = [
    ['KB999', /preset: unknown "KB999"/],
    [{ modality: 'XX' }, /modality: unknown "XX"/],
    [{ rows: 0 }, /rows: must be an integer from 1 to 65535, got "0"/],
    [{ bytes: 101 }, /bytes: must be even/],
    [{ bytes: 200 }, /CT needs more than \d+ bytes, got 200/],
    [{ modality: 'SR', bytes: 200 }, /SR needs at least \d+/],
    [{ fill: 'gold' as 'noise' }, /fill: unknown "gold"/],
    [{ edge: 'sharp' }, /edge case: unknown "sharp"/],
    [{ transferSyntax: 'zip' }, /transferSyntax: unknown "zip"/],
    [{ transferSyntax: 'rle', bytes: 100_000 }, /size of compressed data cannot be chosen/],
    [{ transferSyntax: '1.2.3' }, /no codec for it/],
    [{ modality: 'CT', frames: 3 }, /CT \(1\.2\.840[.\d]+\) has one frame by its IOD, asked for 3/],
    [{ modality: 'SR', frames: 3 }, /SR .* has no pixels by its IOD/],
    [{ modality: 'US', rows: 2000, columns: 2000, frames: 600 }, /holds less than 4 GiB/],
    [{ modality: 'US', rows: 64, columns: 64, frames: 2, bytes: 2.4e9 }, /are asked for/],
  ];
  for (const [what, message] of WRONG) {
    it(`refuses ${JSON.stringify(what)}`, () => {
      expect(() => syntheticPool(what, { id: 1, key: 'x' })).toThrow(message);
    });
  }
});
