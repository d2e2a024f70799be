// What a script declares at init: performed once, in the init pass; recalled in every VU's init.
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Op } from '../../../api/bridge.ts';
import { notRegular } from '../../dicom/file/file-walk.ts';
import type { LoadRequest } from '../../dicom/pool/files.ts';
import type { PoolShare } from '../../dicom/pool/share.ts';
import { prototypeNumber, sizeClass } from '../../dicom/pool/share.ts';
import type { SyntheticSpec } from '../../dicom/synthetic/synthetic.ts';
import type { ReceiverSpec } from '../../threads/acceptor.ts';
import type { Declaration, PeerSpec, WebServerSpec } from '../../threads/vu.ts';
import { parseCsv } from './csv.ts';
import type { LoadedTraffic } from './recorded-traffic.ts';
import { anchoredTls } from '../../dicom/ul/socket/tls-files.ts';
import { checkPeer } from '../associations/peer-check.ts';
import { receiverTls } from '../associations/tls.ts';
import { badArgument, type Host, RingFault } from '../sandbox/host.ts';
import { serverSpec } from './server-spec.ts';

/** The heavy parts, loaded before the init pass only. */
export interface Makers {
  syntheticPool(what: SyntheticSpec, pool: { id: number; key: string }): PoolShare;
  loadPool(request: LoadRequest, pool: { id: number; key: string }): PoolShare;
  loadTraffic(folder: string, pool: { id: number; key: string }): LoadedTraffic;
}

type Request = { readonly kind: string; readonly key: string } & Readonly<Record<string, unknown>>;

const DEFAULT_AET = 'DICOMRUN';
/** A script that makes or decompresses JPEG, JPEG-LS or JPEG 2000 says so somewhere. */
const COMPRESSED = /jpeg|decompress|1\.2\.840\.10008\.1\.2\.4\./i;

export class Declarations {
  readonly #folder: string;
  readonly #dataRoot: string | undefined;
  readonly #only: Pick<LoadRequest, 'only'>;
  readonly #makers: Makers | null;
  readonly #given: Readonly<Record<string, string>>;
  readonly #known = new Map<string, Declaration>();
  readonly list: Declaration[] = [];
  readonly notes: string[] = [];
  readonly peers: PeerSpec[] = [];
  readonly webServers: WebServerSpec[] = [];
  /** A pool was declared that the worker does not hold yet. */
  onPool: ((share: PoolShare) => void) | null = null;

  /** @param makers null after the init pass: nothing new may be declared */
  constructor(
    host: Host,
    more: {
      folder: string;
      dataRoot?: string;
      /** `files()` takes only these, by the names that results call them. */
      onlyFiles?: readonly string[];
      makers: Makers | null;
      /** Texts that were read elsewhere, by key. */
      given?: Readonly<Record<string, string>>;
    },
  ) {
    this.#given = more.given ?? {};
    this.#folder = more.folder;
    this.#dataRoot = more.dataRoot;
    this.#only = more.onlyFiles === undefined ? {} : { only: more.onlyFiles };
    this.#makers = more.makers;
    host.handle(Op.DECLARE, () =>
      // Reading a large folder is not the script's time.
      host.outsideGuest(() => {
        return host.answerJson(this.#declare(JSON.parse(host.words()) as Request));
      }),
    );
    host.handle(Op.PEER, () => {
      if (this.#makers !== null) {
        const told = JSON.parse(host.words()) as Record<string, unknown>;
        if (told['web'] === true) this.webServers.push(serverSpec(told));
        else this.#peer(told);
      }
      return host.answer('');
    });
  }

  /** Takes over what the init pass declared. */
  adopt(declarations: readonly Declaration[]): void {
    for (const declaration of declarations) {
      this.#known.set(declaration.key, declaration);
      this.list.push(declaration);
    }
  }

  #declare(request: Request): unknown {
    const known = this.#known.get(request.key);
    if (known !== undefined) return this.#answerOf(known, request.kind);
    if (request.kind === 'recall') return null;
    if (this.#makers === null) {
      throw new RingFault({
        code: 'SCRIPT_DECLARATION',
        message: `${request.kind}(…): a declaration that the first run of the init code did not make`,
        hint: 'declarations must not depend on __VU, __ENV of a scenario, the time or randomness',
      });
    }
    const made = this.#make(request, this.#makers);
    this.#known.set(request.key, made);
    this.list.push(made);
    return this.#answerOf(made, request.kind);
  }

  #make(request: Request, makers: Makers): Declaration {
    const { kind, key } = request;
    const id = this.list.length;
    const given = Object.hasOwn(this.#given, key) ? this.#given[key] : undefined;
    if (given !== undefined) return { kind: 'text', id, key, text: given };
    switch (kind) {
      case 'files':
        return this.#pool(id, key, makers.loadPool(this.#loadRequest(request), { id, key }));
      case 'synthetic':
        return this.#pool(id, key, makers.syntheticPool(specOf(request['options']), { id, key }));
      case 'receiver':
        return { kind: 'receiver', id, key, spec: receiverSpec(request['spec'], this.#folder) };
      case 'recording':
        return this.#recording(request, makers);
      case 'text':
        return { kind: 'text', id, key, text: String(request['text']) };
      case 'open':
        return { kind: 'text', id, key, text: this.#read(request, request['binary'] === true) };
      case 'csv':
        return {
          kind: 'text',
          id,
          key,
          text: JSON.stringify(parseCsv(this.#read(request, false))),
        };
      case 'json':
        return { kind: 'text', id, key, text: this.#json(request) };
      default:
        throw badArgument(`unknown declaration "${kind}"`);
    }
  }

  #pool(id: number, key: string, pool: PoolShare): Declaration {
    this.notes.push(...pool.notes);
    this.onPool?.(pool);
    return { kind: 'pool', id, key, pool };
  }

  /** Two declarations: the images of the recording are a pool like any other. */
  #recording({ key, path }: Request, makers: Makers): Declaration {
    const name = String(path);
    const images = `${key} images`;
    const loaded = this.#traffic(name, images, makers);
    const { pool, notes, file, offsets, lengths, requests, ...times } = loaded;
    this.notes.push(...notes.map((note) => `recording("${name}"): ${note}`));
    if (pool !== null) {
      const made = this.#pool(this.list.length, images, pool);
      this.#known.set(images, made);
      this.list.push(made);
    }
    const traffic = { name, ...times };
    const id = this.list.length;
    const where = { name, file, offsets, lengths, pool: pool === null ? null : images };
    return { kind: 'recording', id, key, ...where, requests, traffic };
  }

  #traffic(name: string, key: string, makers: Makers): LoadedTraffic {
    try {
      return makers.loadTraffic(resolve(this.#folder, name), { id: this.list.length, key });
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      throw badArgument(
        `recording("${name}"): ${isMissing ? 'there is no recording' : (error as Error).message}`,
        "a folder that `dicomrun record` has written; paths are relative to the script's folder",
      );
    }
  }

  #answerOf(declaration: Declaration, kind: string): unknown {
    if (declaration.kind !== 'recording') return answerOf(declaration, kind);
    const { id, traffic, pool } = declaration;
    const images = pool === null ? undefined : this.#known.get(pool);
    return { id, ...traffic, members: images === undefined ? [] : answerOf(images, 'pool') };
  }

  #loadRequest(request: Request): LoadRequest {
    const { where, decompress, bare } = request;
    const asked = where === null || where === undefined ? this.#dataRoot : where;
    if (asked === undefined) {
      throw badArgument(
        'files(): needs a folder, a file or a glob',
        "files('./dicom_samples'), or set DICOM_ROOT_DIR",
      );
    }
    const paths = Array.isArray(asked) ? asked.map(String) : [String(asked)];
    const how = { decompress: decompress === true, bare: bare === true };
    return { paths, base: this.#folder, ...how, ...this.#only };
  }

  #read(request: Request, binary: boolean): string {
    const path = String(request['path']);
    const full = resolve(this.#folder, path);
    const no = (why: string): RingFault =>
      badArgument(
        `${request.kind}("${path}"): ${why}`,
        `paths are relative to the script's folder`,
      );
    try {
      const stat = statSync(full);
      // why: to read a FIFO or a device may take for ever, and nothing could end it
      if (!stat.isFile()) throw no(`is ${notRegular(stat)}`);
      return readFileSync(full, binary ? 'latin1' : 'utf8');
    } catch (error) {
      if (error instanceof RingFault) throw error;
      const { code } = error as NodeJS.ErrnoException;
      throw no(code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code ?? 'error'})`);
    }
  }

  #json(request: Request): string {
    const text = this.#read(request, false);
    try {
      return JSON.stringify(JSON.parse(text));
    } catch (error) {
      throw badArgument(`json("${String(request['path'])}"): ${(error as Error).message}`);
    }
  }

  #noteStack(stack: string): void {
    const note = `a peer is asked by ${stack}, an association a request: slow, a second opinion, no load`;
    if (!this.notes.includes(note)) this.notes.push(note);
  }

  #peer(peer: Record<string, unknown>): void {
    checkPeer(peer);
    if (peer['stack'] !== undefined) this.#noteStack(String(peer['stack']));
    const given = (key: string): object => (peer[key] === undefined ? {} : { [key]: peer[key] });
    const connect = /^([^@]+)@(.+):(\d+)$/.exec(String(peer['connect'] ?? ''));
    const parsed =
      connect === null ? {} : { calledAET: connect[1], host: connect[2], port: Number(connect[3]) };
    const usesTarget =
      peer['connect'] === undefined && peer['host'] === undefined && peer['use'] === undefined;
    this.peers.push({
      usesTarget,
      ...given('use'),
      ...given('route'),
      ...given('host'),
      ...given('port'),
      ...given('calledAET'),
      ...given('callingAET'),
      ...parsed,
      ...anchoredOf(peer['tls'], this.#folder),
      ...given('deliversTo'),
    });
  }
}

function anchoredOf(tls: unknown, folder: string): Pick<PeerSpec, 'tls'> {
  if (typeof tls === 'boolean') return { tls };
  return typeof tls === 'object' && tls !== null ? { tls: anchoredTls(tls, folder) } : {};
}

function answerOf(declaration: Declaration, kind: string): unknown {
  if (declaration.kind === 'text') {
    return kind === 'csv' || kind === 'json' ? JSON.parse(declaration.text) : declaration.text;
  }
  if (declaration.kind === 'receiver') {
    return { id: declaration.id, aet: declaration.spec.aets[0] ?? DEFAULT_AET };
  }
  if (declaration.kind === 'recording') return declaration.traffic;
  const { pool } = declaration;
  return pool.members.map((member, index) => ({
    prototype: prototypeNumber(pool.id, index),
    sopClass: member.sopClass,
    sopInstance: member.sopInstance,
    studyUid: member.studyUid,
    modality: member.modality,
    transferSyntax: member.transferSyntax,
    bytes: member.datasetBytes,
    rows: member.rows,
    columns: member.columns,
    frames: member.numberOfFrames,
    sizeClass: sizeClass(member.datasetBytes),
  }));
}

const SYNTHETIC_KEYS = [
  'preset', 'modality', 'rows', 'columns', 'frames', 'bytes', 'transferSyntax', 'offsetTable', 'fill',
  'seed', 'count', 'set', 'name', 'date', 'edge',
]; // prettier-ignore

function specOf(options: unknown): SyntheticSpec {
  const { count, set, name, ...rest } = options as Record<string, unknown>;
  const unknown = Object.keys(options as object).find((key) => !SYNTHETIC_KEYS.includes(key));
  if (unknown !== undefined) {
    throw badArgument(`synthetic({ ${unknown} }): no such option`, SYNTHETIC_KEYS.join(', '));
  }
  void name;
  return {
    ...rest,
    ...(count === undefined ? {} : { instances: count }),
    ...(set === undefined ? {} : { edits: set }),
  } as SyntheticSpec;
}

const RECEIVER_KEYS = [
  'aet', 'aets', 'host', 'port', 'tls', 'correlate', 'verify', 'keep', 'folder', 'settleMs', 'faults',
  'web',
]; // prettier-ignore

function receiverSpec(spec: unknown, folder: string): ReceiverSpec {
  const given = spec as Record<string, unknown>;
  const unknown = Object.keys(given).find((key) => !RECEIVER_KEYS.includes(key));
  if (unknown !== undefined) {
    throw badArgument(`receiver({ ${unknown} }): no such option`, RECEIVER_KEYS.join(', '));
  }
  const { aet, aets, host, port, tls, correlate, verify, keep, ...rest } = given;
  const titles = (aets as string[] | undefined) ?? [(aet as string | undefined) ?? DEFAULT_AET];
  for (const title of titles) {
    if (typeof title !== 'string' || title.trim() === '' || title.length > 16) {
      throw badArgument(
        `receiver({ aet: "${String(title)}" }): an AE title has 1 to 16 characters (PS3.5 §6.2)`,
      );
    }
  }
  const number = port === undefined ? 0 : Number(port);
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw badArgument(
      `receiver({ port: ${String(port)} }): must be 0 to 65535; 0 takes any free port`,
    );
  }
  return {
    aets: titles,
    host: (host as string | undefined) ?? '127.0.0.1',
    port: number,
    correlate: (correlate as string | undefined) ?? 'sop',
    verify: (verify as ReceiverSpec['verify'] | undefined) ?? 'pixels',
    keep: (keep as ReceiverSpec['keep'] | undefined) ?? 'headers',
    ...(tls === undefined ? {} : { tls: receiverTls(tls as object, folder) }),
    ...(rest as Pick<ReceiverSpec, 'folder' | 'settleMs' | 'faults' | 'web'>),
  };
}

/** The dictionary is heavy: only the init pass needs it. */
export async function loadMakers(bundle: string): Promise<Makers> {
  const [{ syntheticPool }, { loadPool }, { loadTraffic }] = await Promise.all([
    import('../../dicom/synthetic/synthetic.ts'),
    import('../../dicom/pool/files.ts'),
    import('./recorded-traffic.ts'),
  ]);
  // why: declarations are synchronous, loading WebAssembly is not, and most scripts need none
  if (COMPRESSED.test(bundle)) {
    const { initializeCodecs } = await import('../../dicom/pixels/codecs.ts');
    await initializeCodecs();
  }
  return { syntheticPool, loadPool, loadTraffic };
}
