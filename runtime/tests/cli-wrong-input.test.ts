// Over a hundred wrong inputs: each gets one clear message that names the thing, a hint, the right exit code,
// and never a stack of ours.
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Place, STORE_SCRIPT } from './cli-spawn.ts';

const NO_PEER = 'export default async function () {}\n';

const place = new Place({
  'store.ts': STORE_SCRIPT,
  'nothing.ts': NO_PEER,
  'no-default.ts': 'export function other() {}\n',
  'builtin.ts': "import fs from 'fs';\nexport default () => fs.readFileSync('x');\n",
  'http.ts': "import http from 'k6/http';\nexport default () => http.get('x');\n",
  'url.ts': "import x from 'https://example.org/x.js';\nexport default () => x;\n",
  'package.ts': "import x from 'no-such-package';\nexport default () => x;\n",
  'syntax.ts': 'export default function () {\n  const a = ;\n}\n',
  'throws.ts': `const a = 1;\nif (a) throw new Error('not today');\n${NO_PEER}`,
  'key.ts': `export const options = { vuss: 3 };\n${NO_PEER}`,
  'duration.ts': `export const options = { vus: 1, duration: 'ten' };\n${NO_PEER}`,
  'target.ts': `export const options = { stages: [{ duration: '1s', target: 'ten' }] };\n${NO_PEER}`,
  'executor.ts': `export const options = { scenarios: { a: { executor: 'ramping-vu' } } };\n${NO_PEER}`,
  'exec.ts': `export const options = { scenarios: { a: { executor: 'shared-iterations', exec: 'nope' } } };\n${NO_PEER}`,
  'metric.ts': `export const options = { thresholds: { dicom_req_duratoin: ['p(95)<1'] } };\n${NO_PEER}`,
  'threshold.ts': `export const options = { thresholds: { dicom_req_duration: ['p(95)<'] } };\n${NO_PEER}`,
  'method.ts': `export const options = { thresholds: { dicom_reqs: ['p(95)<1'] } };\n${NO_PEER}`,
  'aet.ts': `import dicom from 'dicom';\ndicom.peer({ host: 'h', port: 104, calledAET: 'SEVENTEEN_LETTERS' });\n${NO_PEER}`,
  'files.ts': `import dicom from 'dicom';\nconst f = dicom.files('./nowhere');\n${NO_PEER}`,
  'open.ts': `const t = open('./nowhere.txt');\n${NO_PEER}`,
  'options-function.ts': `export const options = () => ({ vus: 1 });\n${NO_PEER}`,
  'options-bigint.ts': `export const options = { vus: 3n };\n${NO_PEER}`,
  'default-number.ts': 'export default 42;\n',
  'missing-file.ts': `import x from './nope.ts';\nexport default () => x;\n`,
  'markdown.ts': `import x from './notes.md';\nexport default () => x;\n`,
  'notes.md': '# notes\n',
  'bad.config.ts': 'export default { target: ',
  'tls.config.json': '{ "target": { "host": "127.0.0.1", "port": 1, "calledAET": "A", "tls": 3 } }',
  'setup.ts': `export function setup() { throw new Error('no database'); }\n${NO_PEER}`,
  'bad.config.json': '{ "vus": 1, }',
  'unknown.config.json': '{ "trget": { "host": "h" } }',
  'bad.env': 'COMPASS_PORT=eleven\n',
  'several.ts': `export const options = { vuss: 3, duraton: '1s', settle: 'x' };\n${NO_PEER}`,
});

let server: Server;
let silentPort = 0;
let freePort = 0;

beforeAll(async () => {
  // A port that listens and never answers, and one that nobody listens on.
  server = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  silentPort = (server.address() as AddressInfo).port;
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  freePort = (other.address() as AddressInfo).port;
  await new Promise((resolve) => other.close(resolve));
});

afterAll(() => {
  server.close();
  place.remove();
});

/** Arguments, exit code, what the message names, and what the hint says. */
const TABLE: readonly (readonly [string, number, RegExp, RegExp])[] = [
  ['rnu store.ts', 104, /no command "rnu"/, /dicomrun run/],
  [
    'tags notes.md --set PatientID=T',
    104,
    /no DICOM instance among 1 file: nothing was changed/,
    /dump/,
  ],
  ['run', 104, /missing required argument 'script'/, /--help/],
  ['run store.ts --reporter dot', 104, /flag --reporter: "dot" is none of run/, /junit=FILE/],
  ['run store.ts --vsu 3', 104, /unknown option '--vsu'/, /--vus/],
  ['run missing.ts', 104, /script "missing\.ts" does not exist/, /dicomrun new/],
  ['run .', 104, /script "\." is a folder/, /there is .*\.ts/],
  ['run stoer.ts', 104, /script "stoer\.ts" does not exist/, /there is store\.ts/],
  ['run notes.md', 104, /notes\.md" is neither TypeScript nor JavaScript/, /dicomrun new/],
  ['run default-number.ts', 104, /no default export that is a function/, /export default/],
  ['run options-function.ts', 104, /options: must be an object, got "function"/, /./],
  ['run options-bigint.ts', 107, /options: cannot be told as JSON.*BigInt/, /./],
  ['run missing-file.ts', 107, /\.\/nope\.ts/, /relative to the file that imports/],
  ['run markdown.ts', 107, /"\.md"/, /open\('file'\)/],
  ['run store.ts nothing.ts', 104, /"nothing\.ts" stands where a host/, /smoke. takes several/],
  ['run nothing.ts --threshold rate<1', 104, /'--threshold'/, /thresholds: \{/],
  ['run nothing.ts --stage 10s:1:2', 104, /^error: flag --stage.*\n.*\n.*try:.*\n$/, /30s:20/],
  ['run nothing.ts --config bad.config.ts', 104, /Unexpected end of file/, /bad\.config\.ts:1/],
  ['run nothing.ts --config tls.config.json', 104, /option target\.tls.*3/, /./],
  ['run nothing.ts --testid ../x', 104, /testid.*"\.\.\/x"/, /--results/],
  ['run no-default.ts', 104, /default/, /export default/],
  ['run builtin.ts', 107, /fs/, /dicom\.files|open\(/],
  ['run http.ts', 107, /k6\/http/, /dicom/],
  ['run url.ts', 107, /https:\/\/example\.org/, /./],
  ['run package.ts', 107, /no-such-package/, /no such package in node_modules/],
  ['run syntax.ts', 107, /Unexpected ";"/, /./],
  ['run throws.ts', 107, /not today/, /throws\.ts:2/],
  ['run key.ts', 104, /vuss/, /vus/],
  ['run duration.ts', 104, /duration.*"ten"/, /30s/],
  ['run target.ts', 104, /stages\[0\]\.target.*"ten"/, /./],
  ['run executor.ts', 104, /ramping-vu\b/, /ramping-vus/],
  ['run exec.ts', 104, /nope/, /default/],
  ['run metric.ts', 104, /dicom_req_duratoin/, /dicom_req_duration/],
  ['run threshold.ts', 104, /p\(95\)</, /./],
  ['run method.ts', 104, /dicom_reqs/, /count|rate/],
  ['run aet.ts', 104, /SEVENTEEN_LETTERS/, /16/],
  ['run files.ts', 107, /nowhere/, /./],
  ['run open.ts', 107, /nowhere\.txt/, /./],
  ['run store.ts', 104, /configured target/, /--embedded/],
  ['run store.ts -c PACS@', 104, /PACS@/, /AET@host:port/],
  ['run store.ts -c SEVENTEEN_LETTERS@127.0.0.1:104', 104, /SEVENTEEN_LETTERS/, /16/],
  ['run store.ts -c PACS@127.0.0.1:99999', 104, /99999/, /./],
  ['run store.ts -c PACS@127.0.0.1:FREE', 111, /ECONNREFUSED/, /host and port/],
  [
    'run store.ts -c PACS@no-such-host.invalid:104',
    111,
    /no-such-host\.invalid:104 has an unknown host name/,
    /spelling/,
  ],
  ['run nothing.ts --ramp 2m', 104, /--ramp/, /--vus/],
  ['run nothing.ts --vus ten', 104, /--vus.*"ten"/, /./],
  ['run nothing.ts --duration 10', 104, /--duration.*"?10"?/, /30s/],
  ['run nothing.ts --stage 10s', 104, /--stage/, /./],
  ['run nothing.ts --vus 1 --duration 5s --iterations 3 --stage 1s:1', 104, /stages/, /./],
  ['run nothing.ts --scenario nope', 104, /nope/, /./],
  ['run nothing.ts --out influx=http://x', 104, /influx/, /influxdb/],
  ['run nothing.ts --out influxdb=nowhere', 104, /nowhere/, /http/],
  ['run nothing.ts --config missing.json', 104, /missing\.json/, /path/],
  ['run nothing.ts --config bad.config.json', 104, /JSON/, /commas/],
  ['run nothing.ts --config unknown.config.json', 104, /trget/, /target/],
  ['run nothing.ts --env-file bad.env', 104, /COMPASS_PORT/, /./],
  ['run nothing.ts --profile nightly', 104, /nightly/, /profiles/],
  ['run nothing.ts --tag novalue', 104, /novalue/, /./],
  ['run nothing.ts --results /proc/nope', 104, /\/proc\/nope/, /--results/],
  ['run nothing.ts --web x:y', 104, /--web/, /5665/],
  ['run nothing.ts --vus x --web 99999', 104, /flag --web: .*"99999"/, /5665/],
  ['run nothing.ts --web no-such-host.invalid:80', 104, /--web: cannot serve at no-such/, /5665/],
  ['run nothing.ts --out csv=/proc/nope/x', 104, /output csv: \/proc\/nope/, /--out csv/],
  ['run nothing.ts --out json=nothing.ts/x.gz', 104, /output json: .*ENOTDIR|EEXIST/, /may write/],
  ['new /proc/nope/a.ts', 104, /\/proc\/nope.*no folder can be made there/, /may write/],
  ['smoke nothing.ts --reporter lst', 104, /lst/, /list/],
  ['smoke nothing.ts --grep (', 104, /regular expression/, /./],
  ['smoke nothing.ts --timeout soon', 104, /--timeout.*"soon"/, /30s/],
  ['capacity nothing.ts --embedded', 104, /no thresholds/, /dicom_req_failed/],
  ['capacity nothing.ts --from many', 104, /--from.*"many"/, /--from 10/],
  ['capacity nothing.ts --from 20 --to 10', 104, /--from/, /--to/],
  ['capacity nothing.ts --step-duration 1ms', 104, /--step-duration/, /30s/],
  ['capacity nothing.ts --vus 0', 104, /--vus/, /./],
  ['capacity missing.ts', 104, /script "missing\.ts" does not exist/, /dicomrun new/],
  ['report nowhere', 104, /nowhere/, /results/],
  ['replay nowhere --out influxdb=http://127.0.0.1:1/x', 104, /nowhere/, /results/],
  ['help rnu', 104, /"rnu"/, /dicomrun help run/],
  ['help nosuch', 104, /nosuch/, /./],
  ['new a.ts --template rouing', 104, /rouing/, /routing/],
  ['echo', 104, /no peer/, /-c AET@host:port/],
  ['find studi 1.2.3 -c A@127.0.0.1:1', 104, /studi/, /study/],
  ['move 1.2.3 -c A@127.0.0.1:1', 104, /destination/, /--to/],
  ['send nowhere.dcm -c A@127.0.0.1:1', 104, /no file or folder "nowhere\.dcm"/, /generate/],
  ['send notes.md nowhere.dcm -c A@127.0.0.1:1', 104, /"nowhere\.dcm"/, /folders/],
  ['send notes.md -c A@127.0.0.1:1', 104, /no DICOM instance among 1 file/, /DICM/],
  ['send *.dcm -c A@127.0.0.1:1', 104, /no file fits "\*\.dcm"/, /folders/],
  ['send notes.md -c A@127.0.0.1:1 +IR zero', 104, /flag \+IR: .*"zero"/, /./],
  ['send notes.md -c A@127.0.0.1:1 +IP', 104, /'\+IP <n>' argument missing/, /--help/],
  ['echo -c A@127.0.0.1:1 -n 0', 104, /flag -n: .*"0"/, /./],
  ['echo -c A@127.0.0.1:1 -to soon', 104, /flag -to: .*"soon"/, /30s/],
  ['echo -c A@127.0.0.1:1 --aet SEVENTEEN_LETTERS', 104, /flag --aet: .*17/, /16/],
  ['find PatientName=X -c A@127.0.0.1:1', 104, /"PatientName=X"/, /--key PatientName=X/],
  ['find all --key PatientNam=X -c A@127.0.0.1:1', 104, /"PatientNam"/, /PatientName/],
  ['find all --key 0011,0010= -c A@127.0.0.1:1', 104, /flag --key: .*private/, /keyword/],
  ['find all --date-range 2026-01-01 -c A@127.0.0.1:1', 104, /2026-01-01/, /20260101/],
  ['find today --date-range 20260101- -c A@127.0.0.1:1', 104, /find today/, /find all/],
  ['move 1.2 --to SEVENTEEN_LETTERS -c A@127.0.0.1:1', 104, /flag --to: .*SEVENTEEN/, /16/],
  ['tags nowhere --set PatientID=X', 104, /no file or folder "nowhere"/, /folders/],
  ['generate --out d --studies 99999999999', 104, /99999999999 files/, /synthetic/],
  [
    'serve archive --folder d --to A@127.0.0.1:1',
    104,
    /--to: is for a router/,
    /serve sink --folder/,
  ],
  ['serve router --spec nowhere.json', 104, /nowhere\.json does not exist/, /serve --help/],
  ['serve sink --host 192.0.2.1', 104, /192\.0\.2\.1:11112/, /not of this machine/],
  ['new .', 104, /"\." names no file/, /dicomrun new gi-routing\.ts/],
  ['new store.ts/a.ts', 104, /store\.ts\/.*no folder can be made there \(ENOTDIR\)/, /may write/],
  ['run nothing.ts --out ./nowhere.ts', 104, /\.\/nowhere\.ts" does not exist/, /help outputs/],
  ['serve sink --aet SEVENTEEN_LETTERS', 104, /flag --aet: .*SEVENTEEN/, /16/],
  ['dump nowhere.dcm', 104, /nowhere\.dcm: there is no such file/, /relative/],
  ['dump .', 104, /no DICOM instance among \d+ files/, /not DICOM/],
  ['dump store.ts', 104, /store\.ts: not DICOM/, /dicomrun inspect/],
  ['dump nowhere.dcm --diff store.ts', 104, /nowhere\.dcm: there is no such file/, /relative/],
  ['dump . --diff store.ts', 104, /is a folder, .*store\.ts is a file/, /two folders/],
  ['dump . --diff .', 104, /no DICOM instance among \d+ files/, /below/],
  ['generate --out /proc/x', 104, /\/proc\/x.*no folder can be made/, /may write/],
  ['generate --out store.ts/x', 104, /store\.ts.*no folder can be made/, /may write/],
  ['tags .', 104, /nothing to change/, /--set/],
  ['tags . --anonymise --retain uid', 104, /--retain: "uid"/, /uids, dates/],
  ['tags . --anonymise --clean uids', 104, /--clean: "uids"/, /graphics/],
  ['tags . --set PatientID=X --retain uids', 104, /--retain/, /add --anonymise/],
  ['generate --out d --modality XX', 104, /XX/, /./],
  ['echo -aec SEVENTEEN_LETTERS 127.0.0.1 104', 104, /flag -aec.*SEVENTEEN_LETTERS/, /16/],
  ['echo -aec X -aet SEVENTEEN_LETTERS 127.0.0.1 104', 104, /flag -aet.*SEVENTEEN/, /16/],
  ['echo -c X@127.0.0.1:104 -b SEVENTEEN_LETTERS', 104, /flag -b:.*SEVENTEEN/, /16/],
  ['doctor 127.0.0.1 99999', 104, /argument host port:.*99999/, /./],
  ['doctor -c X@127.0.0.1:FREE --verify nowhere', 104, /--verify.*nowhere/, /ARCHIVE@/],
  ['run nothing.ts -u ten', 104, /flag -u:.*"ten"/, /./],
  ['run nothing.ts --connect noat', 104, /flag --connect:.*"noat"/, /ARCHIVE@/],
  ['run nothing.ts --route nosuch --embedded --workers 0', 104, /--workers/, /./],
  ['run nothing.ts --embedded -e novalue', 104, /--env|-e/, /./],
  ['run nothing.ts --execution-segment 2:1', 104, /"2:1"/, /1\/3:2\/3/],
  ['completion bsh', 104, /bsh/, /completion bash\|zsh\|fish/],
  ['completion', 104, /missing required argument 'shell'/, /--help/],
  ['compare nowhere elsewhere', 104, /nowhere\/run\.ndjson is not there/, /results\/<run>/],
  ['ledger nowhere', 104, /nowhere/, /folder of a run/],
  ['serve nosuch', 104, /nosuch/, /router, archive or sink/],
  ['find study 1.2 -c A@127.0.0.1:1 --level FOO', 104, /--level.*FOO/, /STUDY/],
  ['smoke nothing.ts --retries x', 104, /--retries.*"x"/, /./],
  ['smoke nothing.ts --reporter jnit', 104, /jnit/, /--reporter junit/],
];

describe('wrong inputs', () => {
  it('are forty at least', () => {
    expect(TABLE.length).toBeGreaterThanOrEqual(40);
  });

  it.concurrent.each(TABLE)('%s', async (line, code, names, hint) => {
    const args = line.replace('FREE', String(freePort)).split(' ');
    const { code: got, out, err } = await place.run(args);
    expect({ got, err: err.slice(0, 2_000) }).toMatchObject({ got: code });
    expect(err).toMatch(/^error: /m);
    expect(err).toMatch(names);
    expect(err).toMatch(hint);
    expect(err).not.toMatch(/\n {4}at .*(node:|dist\/|node_modules)/);
    expect(out).toBe('');
  });

  it('names all mistakes of a configuration at once', async () => {
    const { code, err } = await place.run(['run', 'several.ts']);
    expect(code).toBe(104);
    expect(err.match(/^error: /gm)).toHaveLength(3);
    expect(err).toMatch(/vuss[\s\S]*duraton[\s\S]*settle/);
  });

  it('takes words of every object for what they are: a command that is none, a name', async () => {
    const { code, err } = await place.run(['constructor']);
    expect([code, err]).toEqual([
      104,
      expect.stringContaining('there is no command "constructor"'),
    ]);
    const named = await place.run(['config', '--testid', '__proto__', '--json']);
    expect(named).toMatchObject({ code: 0 });
    expect(named.out).toContain('"__proto__"');
  });

  it('shows the name of a new script harmlessly, and so that a shell takes it', async () => {
    const { code, out } = await place.run(['new', 'a\u001b[31m$(x).ts']);
    expect(code).toBe(0);
    expect(out).not.toContain('\u001b[31m$(x)');
    expect(out).toContain("dicomrun run 'a?[31m$(x).ts' --embedded");
  });

  it('shows the line of a set-up that throws, and still sums up', async () => {
    const { code, err, out } = await place.run(['run', 'setup.ts']);
    expect(code).toBe(107);
    expect(err).toMatch(/error: setup: no database\n {2}at setup\.ts:1/);
    expect(out).toMatch(/^FAIL {2}setup: no database \(exit 107\)/);
  });

  it('gives up on a port that listens and never answers', async () => {
    const { code, err } = await place.run([
      'echo',
      '-c',
      `A@127.0.0.1:${silentPort}`,
      '--timeout',
      '300ms',
    ]);
    expect(code).toBe(111);
    expect(err).toMatch(/timed out after 300 ms/);
  });
});
