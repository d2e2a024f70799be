// Orthanc: an archive with an API to count what it has, and with a line of Lua a router.
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  anyPortFree,
  end,
  HOST,
  listens,
  run,
  temporaryFolder,
  until,
  type Peer,
} from './process.ts';

export interface OrthancOptions {
  readonly aet?: string;
  /** AE titles it knows and may send to. */
  readonly modalities?: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
  /** Lua with callbacks such as `OnStoredInstance`. */
  readonly lua?: string;
  /** Refuses a called AE title that is not its own. Default false. */
  readonly checkCalledAet?: boolean;
  /** With DICOMweb under `/dicom-web`. Default false. */
  readonly dicomWeb?: boolean;
  /** Anything else of its configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface OrthancPeer extends Peer {
  readonly httpPort: number;
  /** Root of its DICOMweb services, where it was asked to offer them. */
  readonly web: string;
  /** Counts of everything stored. */
  counts(): Promise<{ patients: number; studies: number; series: number; instances: number }>;
  /** GET of its REST API, as JSON. */
  get(path: string): Promise<unknown>;
}

const PLUGINS = ['/usr/share/orthanc/plugins/libOrthancGdcm.so'];
const DICOM_WEB = '/usr/share/orthanc/plugins/libOrthancDicomWeb.so';

/** Whether Orthanc can speak DICOMweb here. */
export function orthancHasWeb(): boolean {
  return existsSync(DICOM_WEB);
}

/** Starts Orthanc with its own folder and ports, closed to everybody but this machine. */
export async function startOrthanc(options: OrthancOptions = {}): Promise<OrthancPeer> {
  const { aet = 'ORTHANC', modalities = {}, checkCalledAet = false, dicomWeb = false } = options;
  const folder = await temporaryFolder('orthanc');
  const [port, httpPort] = [await anyPortFree(), await anyPortFree()];
  const lua = join(folder, 'callbacks.lua');
  if (options.lua !== undefined) await writeFile(lua, options.lua);
  const config = {
    Name: 'dicomrun-test',
    StorageDirectory: join(folder, 'storage'),
    IndexDirectory: join(folder, 'index'),
    DicomAet: aet,
    DicomPort: port,
    DicomCheckCalledAet: checkCalledAet,
    DicomAlwaysAllowEcho: true,
    DicomAlwaysAllowStore: true,
    DicomAlwaysAllowFind: true,
    DicomAlwaysAllowMove: true,
    DicomAlwaysAllowGet: true,
    UnknownSopClassAccepted: true,
    HttpPort: httpPort,
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    StableAge: 1,
    DicomModalities: Object.fromEntries(
      Object.entries(modalities).map(([title, to]) => [title, [title, to.host, to.port]]),
    ),
    LuaScripts: options.lua === undefined ? [] : [lua],
    Plugins: [...PLUGINS, ...(dicomWeb ? [DICOM_WEB] : [])].filter((file) => existsSync(file)),
    ...(dicomWeb ? { DicomWeb: { Enable: true, Root: '/dicom-web/' } } : {}),
    ...options.config,
  };
  await writeFile(join(folder, 'orthanc.json'), JSON.stringify(config, null, 2));
  const running = run('Orthanc', ['orthanc.json'], folder);
  const base = `http://${HOST}:${httpPort}`;
  const get = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${base}${path}`);
    if (!answer.ok) throw new Error(`Orthanc: GET ${path}: ${answer.status}`);
    return (await answer.json()) as unknown;
  };
  await until(running, async () => {
    const up = await get('/system').catch(() => null);
    return up !== null && (await listens(port));
  });
  return {
    ...{ host: HOST, port, httpPort, aet, folder, pid: running.pid, log: running.log, get },
    web: `${base}/dicom-web`,
    counts: async () => {
      const all = (await get('/statistics')) as Record<string, number>;
      const [patients, studies, series, instances] = COUNTS.map((name) => all[name] ?? 0);
      return {
        patients: patients ?? 0,
        studies: studies ?? 0,
        series: series ?? 0,
        instances: instances ?? 0,
      };
    },
    stop: async () => {
      await end(running);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const COUNTS = ['CountPatients', 'CountStudies', 'CountSeries', 'CountInstances'];
