// Which title each script calls, what its run needs to be short, and which cells say nothing, and why.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { examples, ROOT } from '../example-list.ts';
import { SUBJECTS } from '../sabotage/subjects.ts';
import { BY_CONTENT, TRANSFORMING, type TargetName } from './targets.ts';

export interface Script {
  /** Below `examples/`. */
  readonly file: string;
  /** What the router is called by: its receiver's title, or the archive's. */
  readonly called: string;
  /** Titles of its receivers. */
  readonly titles: readonly string[];
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Of `serve`: a router that does what the script is about. */
  readonly router?: object;
  /** Cells that say nothing, and why. */
  readonly argued: Partial<Readonly<Record<TargetName, string>>>;
}

type More = Partial<Pick<Script, 'called' | 'titles' | 'flags' | 'env' | 'router' | 'argued'>>;

const both = (why: string): More => ({ argued: { serve: why, orthanc: why } });
const NOBODY = both('it talks to nobody');
const GATEWAY = both('it tests a gateway between DIMSE and the web, and neither is one');
const OWN = both('it sends to receivers of its own, unless a knob names yours');
const NO_WORKLIST = 'it has neither worklist nor MPPS';
const MORE: Readonly<Record<string, More>> = {
  'scenarios/destination-down.ts': {
    argued: { orthanc: 'what could not be sent it does not send again, and that is tested' },
  },
  '03-faults/malformed.ts': {
    argued: { orthanc: 'it keeps connections that say what is no DICOM, and the script says so' },
  },
  '02-query/worklist-mpps.ts': { argued: { orthanc: NO_WORKLIST } },
  'scenarios/worklist-storm.ts': { argued: { orthanc: NO_WORKLIST } },
  'scenarios/modality-workflow.ts': { argued: { orthanc: NO_WORKLIST } },
  'scenarios/association-flood.ts': {
    router: { faults: { associationLimit: 5 } },
    argued: { orthanc: 'it has no limit of associations that could be set' },
  },
  'compass/called-aet-routing.ts': {
    env: { VERIFY: 'find' },
    router: {
      aets: ['LB-HTM-GI', 'LB-HTM-OPH', 'LB-HTM-ORTHO'],
      allow: ['HTM-GI', 'HTM-OPH', 'HTM-ORTHO', 'DICOMRUN'],
    },
    argued: { orthanc: 'it takes every AE title, and that is what the script tests' },
  },
  'compass/routing-transformations.ts': {
    env: { VERIFY: 'find' },
    router: { rules: TRANSFORMING },
    argued: { orthanc: 'it changes nothing by itself; the archive of the other column may be one' },
  },
  'dicomweb/gateway-to-dimse.ts': GATEWAY,
  'dicomweb/gateway-to-web.ts': GATEWAY,
  'bench/empty.ts': NOBODY,
  'bench/series.ts': NOBODY,
  'bench/wait.ts': NOBODY,
  'bench/receive.ts': OWN,
  'gateway/written-files.ts': both('it reads files only'),
  'progression/04-concurrent.ts': OWN,
  'scenarios/tls.ts': OWN,
  'scenarios/move-burst.ts': { titles: ['WORKSTATION1', 'WORKSTATION2', 'WORKSTATION3'] },
  // It takes a route, so the router is called by the title of that.
  'gi-routing.ts': {
    flags: ['--vus', '1', '--iterations', '1'],
    router: {
      routes: [{ to: ['GI_ARCHIVE'] }],
      rules: [{ set: { StudyDescription: 'GI Endoscopy' } }],
    },
  },
  'scenarios/content-routing.ts': {
    called: BY_CONTENT,
    titles: ['RADIOLOGY', 'ENDOSCOPY', 'PATHOLOGY', 'RESEARCH'],
  },
};

/** Literal titles of receivers, in their order. */
function titlesIn(text: string): readonly string[] {
  return [...text.matchAll(/dicom\.receiver\(\{\s*aets?: \[?'([^']+)'/g)].map(
    ([, title = '']) => title,
  );
}

export const SCRIPTS: readonly Script[] = examples().map(({ file: path }) => {
  const file = path.replace('examples/', '');
  const text = readFileSync(join(ROOT, path), 'utf8');
  const titles = titlesIn(text);
  // Who is called by a receiver's title delivers there; what is only moved there goes to the archive.
  const [delivered] = /deliversTo|routerTo/.test(text) ? titles : [];
  const { flags = [], env = {} } = SUBJECTS.find((one) => one.file === file) ?? {};
  const script = { file, called: delivered ?? 'ROUTER', titles, flags, env, argued: {} };
  return { ...script, ...MORE[file] };
});
