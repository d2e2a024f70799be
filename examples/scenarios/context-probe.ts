// Which SOP class is taken in which transfer syntax: the conformance statement, asked instead of read.
//
// @covers 3
// measures  one negotiation per SOP class, one context per transfer syntax
// passes    everything WANTED is accepted; the whole matrix is printed
// knobs     WANTED (CT:ImplicitVRLittleEndian,MR:RLELossless,…)
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { text } from '../lib/scale.ts';
import { nothingFailsUnasked } from '../lib/thresholds.ts';

const sopClasses = ['CT', 'MR', 'CR', 'DX', 'US', 'MG', 'XA', 'RF', 'ES', 'SC', 'SR'];
const syntaxes = [
  'ImplicitVRLittleEndian',
  'ExplicitVRLittleEndian',
  'DeflatedExplicitVRLittleEndian',
  'RLELossless',
  'JPEGBaseline8Bit',
  'JPEGLossless',
  'JPEGLSLossless',
  'JPEG2000Lossless',
];
const images = sopClasses.map((modality) => dicom.synthetic({ modality, rows: 16, columns: 16 }));
const usual = sopClasses.map((sopClass) => `${sopClass}:ImplicitVRLittleEndian`);
const wanted = new Set(text('WANTED', usual.join(',')).split(','));
const asked = sopClasses.flatMap((sopClass) => syntaxes.map((syntax) => `${sopClass}:${syntax}`));
const unknown = [...wanted].filter((pair) => !asked.includes(pair));
if (unknown.length > 0) throw new Error(`WANTED: nobody asks for ${unknown.join(', ')}`);

export const options: Options = {
  vus: 1,
  iterations: 1,
  thresholds: nothingFailsUnasked,
};

const server = dicom.peer({});

export default async function () {
  for (const [index, name] of sopClasses.entries()) {
    const { contexts } = await server.negotiate({
      contexts: syntaxes.map((syntax) => ({
        abstractSyntax: images[index].sopClass,
        transferSyntaxes: [syntax],
      })),
    });
    const taken = syntaxes.filter((_, i) => contexts[i]?.result === 0);
    console.log(`${name}: ${taken.join(', ') || 'nothing'}`);
    for (const syntax of syntaxes.filter((one) => wanted.has(`${name}:${one}`))) {
      check(taken, { [`${name} in ${syntax}`]: (list) => list.includes(syntax) });
    }
  }
}
