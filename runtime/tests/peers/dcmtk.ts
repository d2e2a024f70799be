// DCMTK's servers: storage, query/retrieve, modality worklist, print.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anyPortFree, dicomPeer, run, runToEnd, temporaryFolder, type Peer } from './process.ts';

export interface StoragePeer extends Peer {
  /** Files it stored, in no order; the names are of DCMTK's choosing. */
  files(): Promise<string[]>;
}

export interface StorescpOptions {
  readonly aet?: string;
  /** One process per association: more than one at a time. Default true. */
  readonly fork?: boolean;
  /** Drops what it receives; for load. Default false. */
  readonly ignore?: boolean;
  /** More of its own options. */
  readonly args?: readonly string[];
}

/** `storescp`, bit-preserving and taking every syntax and SOP class. */
export async function startStorescp(options: StorescpOptions = {}): Promise<StoragePeer> {
  const { aet = 'STORESCP', fork = true, ignore = false, args = [] } = options;
  const folder = await temporaryFolder('storescp');
  const received = join(folder, 'received');
  await mkdir(received);
  const port = await anyPortFree();
  const running = run(
    'storescp',
    [
      ...['+B', '+xa', '-pm', '+uf', '-aet', aet, '-od', received],
      ...(fork ? ['--fork'] : []),
      ...(ignore ? ['--ignore'] : []),
      ...args,
      String(port),
    ],
    folder,
  );
  const peer = await dicomPeer(running, { port, aet, folder });
  return { ...peer, files: () => filesIn(received) };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name));
}

export interface QrscpOptions {
  readonly aet?: string;
  /** Move destinations it knows, by AE title. */
  readonly destinations?: Readonly<
    Record<string, { readonly host: string; readonly port: number }>
  >;
  /** Part 10 files in its archive from the start. */
  readonly files?: readonly string[];
  /**
   * Further storage areas, each an AE title of the same server, and the Part 10 files in it. Any
   * area breaks down beyond 500 studies (a fixed maximum of 3.6.7).
   */
  readonly areas?: Readonly<Record<string, readonly string[]>>;
  /** Associations at a time. Default 32. */
  readonly maxAssociations?: number;
  readonly args?: readonly string[];
}

/** `dcmqrscp`: C-STORE, C-FIND, C-MOVE, C-GET on one small archive. */
export async function startQrscp(options: QrscpOptions = {}): Promise<StoragePeer> {
  const { aet = 'QRSCP', destinations = {}, files = [], maxAssociations = 32 } = options;
  const folder = await temporaryFolder('dcmqrscp');
  const areas = Object.entries({ [aet]: files, ...options.areas });
  const archive = join(folder, aet);
  for (const [title] of areas) await mkdir(join(folder, title));
  const port = await anyPortFree();
  const hosts = Object.entries(destinations).map(
    ([title, to], at) => `dest${at} = (${title}, ${to.host}, ${to.port})`,
  );
  const config = [
    `NetworkTCPPort = ${port}`,
    'MaxPDUSize = 131072',
    `MaxAssociations = ${maxAssociations}`,
    ...['HostTable BEGIN', ...hosts, 'HostTable END'],
    ...['VendorTable BEGIN', 'VendorTable END'],
    'AETable BEGIN',
    ...areas.map(([title]) => `${title} ${join(folder, title)} RW (1000, 1024mb) ANY`),
    'AETable END',
  ];
  await writeFile(join(folder, 'dcmqrscp.cfg'), `${config.join('\n')}\n`);
  for (const [title, held] of areas) {
    if (held.length > 0) runToEnd('dcmqridx', [join(folder, title), ...held], folder);
  }
  const args = ['-c', join(folder, 'dcmqrscp.cfg'), ...(options.args ?? [])];
  const peer = await dicomPeer(run('dcmqrscp', args, folder), { port, aet, folder });
  return {
    ...peer,
    files: async () => (await filesIn(archive)).filter((name) => !name.endsWith('index.dat')),
  };
}

/** Makes a DICOM file of a text in `dump2dcm`'s notation; bytes for character sets but UTF-8. */
export async function dumpToFile(dump: string | Uint8Array, file: string): Promise<void> {
  const text = `${file}.dump`;
  await writeFile(text, dump);
  runToEnd('dump2dcm', [text, file], '.');
  await rm(text);
}

/**
 * `wlmscpfs`: a modality worklist that takes items with required attributes missing, too. Its
 * responses say the character set of the item.
 *
 * @param items each a worklist item in `dump2dcm`'s notation
 */
export async function startWorklistScp(
  items: readonly (string | Uint8Array)[],
  aet = 'WORKLIST',
): Promise<Peer> {
  const folder = await temporaryFolder('wlmscpfs');
  const place = join(folder, aet);
  await mkdir(place);
  await writeFile(join(place, 'lockfile'), '');
  for (const [at, item] of items.entries()) await dumpToFile(item, join(place, `item${at}.wl`));
  const port = await anyPortFree();
  const running = run('wlmscpfs', ['-csk', '-dfr', '-dfp', folder, String(port)], folder);
  return dicomPeer(running, { port, aet, folder });
}

/** `dcmprscp`: basic grayscale print management. */
export async function startPrintScp(aet = 'PRINTER'): Promise<Peer> {
  const folder = await temporaryFolder('dcmprscp');
  for (const name of ['spool', 'database', 'log', 'lut']) await mkdir(join(folder, name));
  const port = await anyPortFree();
  const config = `[[GENERAL]]
[PRINT]
Directory = spool
DetailedLog = false
[DATABASE]
Directory = database
[LUT]
Directory = lut
[[COMMUNICATION]]
[PRINTER1]
Type = LOCALPRINTER
Aetitle = ${aet}
Description = test printer
Hostname = localhost
Port = ${port}
DisplayFormat = 1,1\\2,2
FilmSizeID = 8INX10IN
MediumType = PAPER
PresentationLUTInFilmSession = false
`;
  await writeFile(join(folder, 'print.cfg'), config);
  const running = run('dcmprscp', ['-c', 'print.cfg', '-p', 'PRINTER1'], folder);
  return dicomPeer(running, { port, aet, folder });
}
