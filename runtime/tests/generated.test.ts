// Generated instances are what they say: valid per IOD, readable and decodable by others.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initializeCodecs } from '../dicom/pixels/codecs.ts';
import { EDGE_CASE_NAMES } from '../dicom/synthetic/edge-cases.ts';
import { hashDataset } from '../dicom/file/hash.ts';
import { fileMeta, readMeta } from '../dicom/file/part10.ts';
import { headerFacts } from '../dicom/pool/pool-builder.ts';
import {
  makeInstances,
  PRESETS,
  SYNTHETIC_MODALITIES,
  type SyntheticSpec,
} from '../dicom/synthetic/synthetic.ts';
import { transcode } from '../dicom/pixels/transcode.ts';
import { requirePeer, startOrthanc } from './peers.ts';

const folder = mkdtempSync(join(tmpdir(), 'dicomrun-generated-'));
const EXPLICIT = '1.2.840.10008.1.2.1';
const SMALL = { rows: 64, columns: 96 };

const SPECS: Record<string, SyntheticSpec> = {
  ...Object.fromEntries(
    SYNTHETIC_MODALITIES.map((modality) => [modality, { modality, fill: 'pattern', ...SMALL }]),
  ),
  ...Object.fromEntries(Object.keys(PRESETS).map((preset) => [preset, { preset }])),
  'us-cine': { modality: 'US', frames: 4, fill: 'pattern', ...SMALL },
  'es-cine': { modality: 'ES', frames: 4, fill: 'pattern', ...SMALL },
  'sc-frames': { modality: 'SC', frames: 4, fill: 'pattern', ...SMALL },
};
const SYNTAXES = ['implicit', 'big-endian', 'deflated', 'rle', 'jpeg', 'jpeg-lossless', 'jpeg-ls'];
for (const transferSyntax of [...SYNTAXES, 'jpeg-ls-lossy', 'jpeg2000', 'jpeg2000-lossy']) {
  const common = { transferSyntax, fill: 'pattern', ...SMALL } as const;
  SPECS[`us-${transferSyntax}`] = { modality: 'US', frames: 2, ...common };
  SPECS[`cr-${transferSyntax}`] = { modality: 'CR', ...common };
}
SPECS['cr-jpeg'] = { modality: 'RF', transferSyntax: 'jpeg', fill: 'pattern', ...SMALL };
for (const edge of EDGE_CASE_NAMES) SPECS[`edge-${edge}`] = { modality: 'CT', edge, ...SMALL };
for (const offsetTable of ['none', 'extended'] as const) {
  const rle = { modality: 'US', transferSyntax: 'rle', frames: 2, fill: 'pattern' } as const;
  SPECS[`rle-${offsetTable}`] = { ...rle, offsetTable, ...SMALL };
}

function path(name: string): string {
  return join(folder, `${name}.dcm`);
}

interface Made {
  readonly dataset: Buffer;
  readonly transferSyntax: string;
}

function read(file: string): Made {
  const bytes = readFileSync(file);
  const { transferSyntax, datasetOffset } = readMeta(bytes);
  return { dataset: bytes.subarray(datasetOffset), transferSyntax };
}

function run(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'latin1' });
  expect(`${status ?? 1} ${stderr}`, `${command} ${args.join(' ')}`).toBe('0 ');
  return stdout;
}

beforeAll(async () => {
  await initializeCodecs();
  for (const [name, spec] of Object.entries(SPECS)) {
    const [one] = makeInstances(spec);
    if (!one?.dataset) throw new Error(`${name}: not made`);
    const { sopClass, sopInstance } = headerFacts(one.dataset, one.transferSyntax);
    const meta = fileMeta(sopClass, sopInstance, one.transferSyntax);
    writeFileSync(path(name), Buffer.concat([meta, one.dataset]));
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/**
 * dciodvfy contradicts itself here: C.8.17.7 makes the attributes of a concatenation type 1 with
 * the value 1, and its rule for concatenations allows them only from 2 parts on.
 */
const CONTRADICTION = /oncatenation/;

describe.skipIf(!requirePeer('dcmdump', 'dcmconv', 'dciodvfy'))('generated instances', () => {
  for (const name of Object.keys(SPECS)) {
    it(`${name}: dcmdump reads it, dciodvfy finds no error`, () => {
      run('dcmdump', '-q', path(name));
      // why: dciodvfy does not inflate
      const file = name.includes('deflated') ? path(`${name}-inflated`) : path(name);
      if (name.includes('deflated')) run('dcmconv', '+te', path(name), file);
      const { stderr, stdout } = spawnSync('dciodvfy', [file], { encoding: 'latin1' });
      const errors = `${stdout}${stderr}`
        .split('\n')
        .filter((line) => line.startsWith('Error') && !CONTRADICTION.test(line));
      expect(errors).toEqual([]);
    });
  }
});

const DECODERS: Record<string, string> = {
  rle: 'dcmdrle',
  'jpeg-lossless': 'dcmdjpeg',
  'jpeg-ls': 'dcmdjpls',
};

describe.skipIf(!requirePeer('dcmdrle', 'dcmdjpeg', 'dcmdjpls'))('compressed pixels', () => {
  for (const [syntax, decoder] of Object.entries(DECODERS)) {
    for (const kind of ['us', 'cr']) {
      it(`${kind} in ${syntax}: ${decoder} and we decode them to the pixels they were`, () => {
        const [native] = makeInstances({
          ...SPECS[`${kind}-${syntax}`],
          transferSyntax: 'explicit',
        });
        const wanted = hashDataset(native?.dataset ?? Buffer.alloc(0), EXPLICIT).pixelHash;
        const decoded = path(`${kind}-${syntax}-decoded`);
        const colour = decoder === 'dcmdjpeg' ? ['+cn'] : [];
        run(decoder, ...colour, path(`${kind}-${syntax}`), decoded);
        const theirs = read(decoded);
        expect(hashDataset(theirs.dataset, theirs.transferSyntax).pixelHash).toBe(wanted);
        const { dataset, transferSyntax } = read(path(`${kind}-${syntax}`));
        const ours = transcode(dataset, transferSyntax, EXPLICIT);
        expect(hashDataset(ours.dataset, EXPLICIT).pixelHash).toBe(wanted);
      });
    }
  }

  for (const kind of ['us', 'cr']) {
    it(`${kind} in jpeg2000: we decode them to the pixels they were`, () => {
      const [native] = makeInstances({ ...SPECS[`${kind}-jpeg2000`], transferSyntax: 'explicit' });
      const wanted = hashDataset(native?.dataset ?? Buffer.alloc(0), EXPLICIT).pixelHash;
      const { dataset, transferSyntax } = read(path(`${kind}-jpeg2000`));
      const ours = transcode(dataset, transferSyntax, EXPLICIT);
      expect(hashDataset(ours.dataset, EXPLICIT).pixelHash).toBe(wanted);
    });
  }

  it('of DCMTK are decoded by us', () => {
    const [native] = makeInstances({ ...SPECS['US'], transferSyntax: 'explicit' });
    const wanted = hashDataset(native?.dataset ?? Buffer.alloc(0), EXPLICIT).pixelHash;
    for (const [name, command] of Object.entries({ rle: 'dcmcrle', ls: 'dcmcjpls' })) {
      run(command, path('US'), path(`theirs-${name}`));
      const { dataset, transferSyntax } = read(path(`theirs-${name}`));
      const ours = transcode(dataset, transferSyntax, EXPLICIT);
      expect(hashDataset(ours.dataset, EXPLICIT).pixelHash, name).toBe(wanted);
    }
  });
});

describe.skipIf(!requirePeer('Orthanc'))('Orthanc', () => {
  it('accepts every generated instance, and shows those that have pixels', async () => {
    const orthanc = await startOrthanc();
    try {
      const base = `http://127.0.0.1:${orthanc.httpPort}`;
      const failed: string[] = [];
      for (const [name, spec] of Object.entries(SPECS)) {
        const body = readFileSync(path(name));
        const stored = await fetch(`${base}/instances`, { method: 'POST', body });
        const { ID } = (await stored.json()) as { ID?: string };
        if (!stored.ok || ID === undefined) {
          failed.push(`${name}: ${stored.status}`);
          continue;
        }
        const modality = spec.modality ?? PRESETS[spec.preset ?? '']?.modality ?? '';
        if (/^(SR|KO|PR|OPV)$/.test(modality)) continue;
        const preview = await fetch(`${base}/instances/${ID}/preview`);
        if (!preview.ok) failed.push(`${name}: preview ${preview.status}`);
        await preview.arrayBuffer();
      }
      expect(failed).toEqual([]);
    } finally {
      await orthanc.stop();
    }
  });
});
