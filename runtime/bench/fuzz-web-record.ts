// node dist/runtime/bench/fuzz-web-record.js
// Records what DICOMweb servers answer, as the bodies that the web fuzzer damages: Orthanc's and our
// archive's, and the body of a STOW-RS request of ours. Written to runtime/tests/corpus/web.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serveArchive } from '../acceptors/serve.ts';
import { Pool } from '../dicom/pool/prototype.ts';
import { syntheticPool } from '../dicom/synthetic/synthetic.ts';
import { startOrthanc } from '../tests/peers.ts';
import { InstanceImages } from '../web/instance-image.ts';
import { closing, relatedType } from '../web/multipart-writer.ts';
import { WEB_CORPUS, type Recorded } from './fuzz-web-corpus.ts';

const BOUNDARY = 'dicomrun-0123456789abcdef';
const CT = { modality: 'CT', rows: 8, columns: 8, instances: 2 };

function write(name: string, { contentType, body }: Omit<Recorded, 'name'>): void {
  const lines = body.toString('hex').match(/.{1,96}/g) ?? [];
  mkdirSync(WEB_CORPUS, { recursive: true });
  writeFileSync(join(WEB_CORPUS, `${name}.hex`), `# ${contentType}\n${lines.join('\n')}\n`);
  process.stdout.write(`${name}: ${body.length} bytes, ${contentType}\n`);
}

/** Two instances of one study, as our client sends them. */
function request(): { body: Buffer; study: string; instance: string } {
  const { members } = new Pool(syntheticPool(CT, { id: 1, key: 'ct' }));
  const images = new InstanceImages('1'.repeat(15), BOUNDARY);
  const parts = members.flatMap(
    (prototype) => images.part({ prototype, identity: null, edits: null }).pieces,
  );
  const [first] = members;
  const { studyUid: study = '', seriesUid: series = '', sopInstance = '' } = first?.share ?? {};
  const instance = `/studies/${study}/series/${series}/instances/${sopInstance}`;
  return { body: Buffer.concat([...parts, closing(BOUNDARY)]), study, instance };
}

/** Everything that a server answers to one of each. */
async function answersOf(server: string, root: string): Promise<void> {
  const { body, study, instance } = request();
  const ask = async (name: string, path: string, init: RequestInit): Promise<void> => {
    const answer = await fetch(`${root}${path}`, init);
    const contentType = answer.headers.get('content-type') ?? '';
    write(`${name}-${server}`, { contentType, body: Buffer.from(await answer.arrayBuffer()) });
  };
  const wants = (accept: string): RequestInit => ({ headers: { accept } });
  const type = { 'content-type': relatedType(BOUNDARY) };
  const json = 'application/dicom+json';
  const instances = 'multipart/related; type="application/dicom"; transfer-syntax=*';
  const store = (accept: string): RequestInit => ({
    ...{ method: 'POST', body, headers: { ...type, accept } },
  });
  await ask('json-stored', '/studies', store(json));
  if (server === 'orthanc') await ask('xml-stored', '/studies', store('application/dicom+xml'));
  await ask('json-studies', '/studies?includefield=all', wants(json));
  await ask('json-instances', `/studies/${study}/instances`, wants(json));
  await ask('json-metadata', `/studies/${study}/metadata`, wants(json));
  await ask('parts-study', `/studies/${study}`, wants(instances));
  const frames = 'multipart/related; type="application/octet-stream"';
  await ask('parts-frames', `${instance}/frames/1`, wants(frames));
}

async function main(): Promise<void> {
  write('request-store', { contentType: relatedType(BOUNDARY), body: request().body });
  const orthanc = await startOrthanc({ dicomWeb: true });
  const archive = await serveArchive({}, { port: 0, web: { port: 0 } });
  try {
    await answersOf('orthanc', orthanc.web.replace(/\/$/, ''));
    await answersOf('archive', archive.webUrl ?? '');
  } finally {
    await orthanc.stop();
    await archive.close();
  }
}

await main();
