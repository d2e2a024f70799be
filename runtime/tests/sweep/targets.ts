// What the examples are run against: a router and an archive that are other processes. Each is prepared
// once for all scripts; what a script calls decides where the router delivers.
import { createServer } from 'node:net';
import { orders } from '../../../examples/lib/orders.ts';
import { startOrthanc, type OrthancPeer } from '../peers.ts';
import type { Bench, CliProcess } from '../run-cli.ts';

export const TARGETS = ['serve', 'orthanc'] as const;
export type TargetName = (typeof TARGETS)[number];

/** In words, for the table. */
export const WHAT: Readonly<Record<TargetName, string>> = {
  serve: '`serve router` before `serve archive`',
  orthanc: 'Orthanc as both, with a Lua script that sends on',
};

export interface Target {
  /** `host:port` of the router. */
  readonly router: string;
  /** Where the receivers of the script are to listen: the router delivers there. */
  readonly receivers: number;
  /** The archive, and the web. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
/** A station lives as long as all scripts take. */
const WHOLE_MS = 7_200_000;

/** A port that was free a moment ago. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, HOST, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

const cfind = (title: string, port: number | string): Record<string, string> => ({
  ...{ CFIND_HOST: HOST, CFIND_PORT: String(port), CFIND_AE_TITLE: title },
  ...{ CFIND_INITIAL_DELAY: '0', CFIND_POLL_INTERVAL: '0.2', CFIND_TIMEOUT: '10' },
});

/** What transformations.json expects of a router, by modality. */
export const TRANSFORMING = [
  {
    when: { Modality: 'OPV', SeriesDescription: { re: '^(GPA|SFA)$' } },
    set: { StudyDescription: 'Visual Fields (VF) ${SeriesDescription}' },
  },
  {
    when: { Modality: 'OPV', SeriesDescription: { re: '^(?!(GPA|SFA)$)' } },
    set: { StudyDescription: 'Visual Fields (VF)' },
  },
  { when: { Modality: 'OPT' }, set: { StudyDescription: 'Optical Coherence Tomography (OCT)' } },
  { when: { Modality: 'ES' }, set: { StudyDescription: 'GI Endoscopy' } },
  { when: { PatientID: { re: '^AC' } }, copy: { PatientID: 'OtherPatientIDs' } },
  { when: { AccessionNumber: '' }, set: { AccessionNumber: 'ACC${PatientID}' } },
  { when: { StudyDate: '' }, copy: { StudyDate: 'AcquisitionDate' } },
];

/** Called so, a router decides by what is in an image. */
export const BY_CONTENT = 'BY_CONTENT';
const CONTENT = [
  { when: { SeriesDescription: { re: '^RESEARCH' } }, to: 'RESEARCH' },
  { when: { ContainerIdentifier: { re: '^PATH-' } }, to: 'PATHOLOGY' },
  { modality: 'ES', to: 'ENDOSCOPY' },
];

export class Servers {
  readonly #bench: Bench;
  readonly #titles: readonly string[];
  #files = 0;

  /** @param titles of all receivers of all scripts */
  constructor(bench: Bench, titles: readonly string[]) {
    this.#bench = bench;
    this.#titles = titles;
  }

  start(name: TargetName): Promise<Target> {
    return name === 'serve' ? this.#serve() : this.#orthanc();
  }

  /** A router of its own in front of the same receivers and archive, for a script that needs one. */
  async router(
    spec: object,
    { receivers, env }: Target,
  ): Promise<{ at: string; process: CliProcess }> {
    const archive = { port: Number(env['CFIND_PORT']), calledAET: env['CFIND_AE_TITLE'] };
    const base = this.#routes(receivers, { host: HOST, ...archive });
    return this.#station('router', { ...base, ...spec });
  }

  async #serve(): Promise<Target> {
    const receivers = await freePort();
    const destinations = Object.fromEntries(
      this.#titles.map((title) => [title, { host: HOST, port: receivers }]),
    );
    const spec = { aets: ['ARCHIVE'], keep: 'all', worklist: orders(20), destinations };
    const archive = await this.#station('archive', spec, ['--dicomweb', '0']);
    await archive.process.says('DICOMweb on');
    const port = archive.at.replace(/.*:/, '');
    const to = { host: HOST, port: Number(port), calledAET: 'ARCHIVE' };
    const router = await this.#station('router', this.#routes(receivers, to));
    const web = /https?:\/\/[^\s]+/.exec(archive.process.stdout())?.[0] ?? '';
    return {
      router: router.at,
      receivers,
      env: { ...cfind('ARCHIVE', port), DICOMRUN_WEB_URL: web },
      stop: async () => {
        for (const { process } of [router, archive]) {
          process.signal('SIGINT');
          await process.ended;
        }
      },
    };
  }

  async #orthanc(): Promise<Target> {
    const receivers = await freePort();
    const orthanc: OrthancPeer = await startOrthanc({
      lua: sendingOn(this.#titles),
      modalities: this.#at(receivers),
      dicomWeb: true,
      config: { DefaultEncoding: 'Utf8', OverwriteInstances: true },
    });
    return {
      router: `${HOST}:${orthanc.port}`,
      receivers,
      env: { ...cfind('ORTHANC', orthanc.port), DICOMRUN_WEB_URL: orthanc.web },
      stop: () => orthanc.stop(),
    };
  }

  #at(port: number): Record<string, { host: string; port: number; calledAET: string }> {
    return Object.fromEntries(
      this.#titles.map((calledAET) => [calledAET, { host: HOST, port, calledAET }]),
    );
  }

  /** Who is called by the title of a receiver delivers there; everything else goes to the archive. */
  #routes(receivers: number, archive: object): object {
    // A study that must not be split goes over one association.
    const whole = {
      CT_STREAM: { host: HOST, port: receivers, calledAET: 'CT_STREAM', associations: 1 },
    };
    return {
      destinations: { ...this.#at(receivers), ...whole, archive },
      routes: [
        ...this.#titles.map((title) => ({ calledAET: title, to: [title] })),
        ...CONTENT.map(({ to, ...row }) => ({ ...row, calledAET: BY_CONTENT, to: [to] })),
        { calledAET: BY_CONTENT, otherwise: true, to: ['RADIOLOGY'] },
        { otherwise: true, to: ['archive'] },
      ],
      rules: [],
    };
  }

  async #station(kind: string, spec: object, more: readonly string[] = []) {
    const file = this.#bench.write(`${kind}-${this.#files++}.json`, JSON.stringify(spec));
    const process = this.#bench.start(
      ['serve', kind, '--port', '0', '--spec', file, '--quiet', ...more],
      { timeoutMs: WHOLE_MS },
    );
    await process.says(`${kind} listens on`);
    const port = /listens on [^:]+:(\d+)/.exec(process.stdout())?.[1] ?? '';
    return { at: `${HOST}:${port}`, process };
  }
}

/** What comes by DICOM goes on to the title that was called, or by its content; one is rewritten. */
const sendingOn = (titles: readonly string[]): string => `
local known = { ${titles.map((title) => `['${title}'] = true`).join(', ')} }
function OnStoredInstance(id, tags, metadata, origin)
  if origin['RequestOrigin'] ~= 'DicomProtocol' then return end
  local to = origin['CalledAet']
  if to == '${BY_CONTENT}' then
    if string.find(tags['SeriesDescription'] or '', '^RESEARCH') then to = 'RESEARCH'
    elseif string.find(tags['ContainerIdentifier'] or '', '^PATH%-') then to = 'PATHOLOGY'
    elseif tags['Modality'] == 'ES' then to = 'ENDOSCOPY'
    else to = 'RADIOLOGY' end
  end
  if to == 'LB-HTM-GI' then
    to = 'GI_ARCHIVE'
    local change = '{"Replace":{"StudyDescription":"GI Endoscopy"},' ..
      '"Keep":["StudyInstanceUID","SeriesInstanceUID","SOPInstanceUID"],"Force":true}'
    RestApiPost('/instances', RestApiPost('/instances/' .. id .. '/modify', change))
  end
  if known[to] then SendToModality(id, to) end
end`;
