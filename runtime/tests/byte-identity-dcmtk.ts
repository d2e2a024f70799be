// Awkward files that DCMTK's tools make of plain ones.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** DCMTK commands, each from a file to a file. */
const TOOLS: Readonly<Record<string, readonly string[]>> = {
  'dcmconv-implicit': ['dcmconv', '+ti'],
  'dcmconv-big-endian': ['dcmconv', '+tb'],
  'dcmconv-deflated': ['dcmconv', '+td'],
  'dcmconv-group-lengths': ['dcmconv', '+g'],
  'dcmconv-defined-lengths': ['dcmconv', '+e'],
  'dcmconv-undefined-lengths': ['dcmconv', '-e'],
  'dcmconv-padding': ['dcmconv', '+p', '128', '128'],
  dcmcrle: ['dcmcrle'],
  'dcmcrle-fragments': ['dcmcrle', '+fs', '1', '-ot'],
  'dcmcjpeg-baseline': ['dcmcjpeg', '+eb'],
  'dcmcjpeg-lossless': ['dcmcjpeg', '+e1'],
  'dcmcjpeg-fragments': ['dcmcjpeg', '+fs', '1', '-ot'],
  dcmcjpls: ['dcmcjpls'],
  'dcmcjpls-lossy': ['dcmcjpls', '+en'],
};

const DUMP = `
(0008,0005) CS [ISO_IR 192]
(0008,0016) UI [1.2.840.10008.5.1.4.1.1.7]
(0008,0018) UI [1.2.826.0.1.3680043.9999.1]
(0008,0060) CS [OT]
(0010,0010) PN [DICOMRUN^TEST]
(0019,0010) LO [DICOMRUN]
(0019,1001) SV 4294967297\\-1
(0019,1002) UV 18446744073709551615
(0019,1003) AT (0010,0010)\\(0020,000d)
(0028,0002) US 1
(0028,0004) CS [MONOCHROME2]
(0028,0010) US 2
(0028,0011) US 4
(0028,0100) US 8
(0028,0101) US 8
(0028,0102) US 7
(0028,0103) US 0
(7fe0,0010) OB 01\\02\\03\\04\\05\\06\\07\\08
`;

function tool(command: readonly string[], from: string, to: string): void {
  const [name = '', ...options] = command;
  const run = spawnSync(name, [...options, from, to], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${command.join(' ')}: ${run.stderr}`);
}

/**
 * Writes one file per tool, and one from a dump.
 *
 * @param grey a Part 10 file with 12-bit pixels
 * @param colour one with RGB pixels
 */
export function writeDcmtkFiles(folder: string, grey: string, colour: string): number {
  const dump = join(folder, '..', 'x.dump');
  writeFileSync(dump, DUMP);
  tool(['dump2dcm'], dump, join(folder, 'dump2dcm.dcm'));
  for (const [name, command] of Object.entries(TOOLS)) {
    tool(command, command.includes('+eb') ? colour : grey, join(folder, `${name}.dcm`));
  }
  return Object.keys(TOOLS).length + 1;
}
