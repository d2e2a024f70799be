// `find study UID` and its like as keys of a C-FIND. Pure.
import { keywordOf, tagOf, vrOf } from '../../dicom/element/dictionary.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { nearest } from '../../metrics/distribution/nearest.ts';

export interface QueryWords {
  readonly what: string;
  readonly value?: string | undefined;
  readonly modality?: string;
  /** `YYYYMMDD-YYYYMMDD`, either end may be open. */
  readonly dateRange?: string;
  /** `KEYWORD=VALUE`; an empty value asks for it to be returned. */
  readonly key?: readonly string[];
  readonly level?: string;
  /** Information model; absent: Study Root, and Patient Root where that finds nothing. */
  readonly model?: string;
  readonly today: Date;
}

export interface WireQuery {
  readonly model: 'study' | 'patient' | 'worklist';
  /** No other model is asked. */
  readonly only?: boolean;
  /** Query/Retrieve Level; absent for worklists. */
  readonly level?: string;
  readonly keys: Readonly<Record<string, unknown>>;
  /** Keywords worth a column, in order. */
  readonly columns: readonly string[];
}

export const KINDS = [
  'study',
  'series',
  'patient',
  'accession',
  'worklist',
  'today',
  'all',
] as const;
type Kind = (typeof KINDS)[number];
export const LEVELS = ['PATIENT', 'STUDY', 'SERIES', 'IMAGE'];

const STUDY_COLUMNS = [
  'PatientID',
  'AccessionNumber',
  'StudyDate',
  'ModalitiesInStudy',
  'StudyDescription',
  'StudyInstanceUID',
];
const SERIES_COLUMNS = [
  'Modality',
  'SeriesNumber',
  'SeriesDescription',
  'NumberOfSeriesRelatedInstances',
  'SeriesInstanceUID',
];
const IMAGE_COLUMNS = [
  'Modality',
  'SeriesNumber',
  'InstanceNumber',
  'SOPClassUID',
  'SeriesInstanceUID',
  'SOPInstanceUID',
];
const PATIENT_COLUMNS = [
  'PatientID',
  'NumberOfPatientRelatedStudies',
  'NumberOfPatientRelatedInstances',
];
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  PATIENT: PATIENT_COLUMNS,
  SERIES: SERIES_COLUMNS,
  IMAGE: IMAGE_COLUMNS,
};
const STEP = 'ScheduledProcedureStepSequence';

/** @throws DicomRunError 104 */
export function queryOf(words: QueryWords): WireQuery {
  const kind = kindOf(words.what);
  const extra = keysOf(words.key ?? [], kind);
  if (kind === 'worklist') return worklistQuery(words, extra);
  const level = levelOf(words, kind);
  const columns = COLUMNS[level] ?? STUDY_COLUMNS;
  const range = rangeOf(words, kind);
  const modality = columns.includes('Modality') ? 'Modality' : 'ModalitiesInStudy';
  const keys = {
    ...Object.fromEntries(columns.map((column) => [column, ''])),
    ...valueKey(kind, words.value),
    ...(words.modality === undefined ? {} : { [modality]: words.modality.toUpperCase() }),
    ...(range === undefined ? {} : { StudyDate: range }),
    ...extra,
  };
  const more = Object.keys(extra).filter((key) => !columns.includes(key));
  return { ...modelOf(words), level, keys, columns: [...columns, ...more] };
}

function kindOf(what: string): Kind {
  const kind = KINDS.find((one) => one === what);
  if (kind !== undefined) return kind;
  const key = /^[^=]+=/.test(what) ? `dicomrun find all --key ${what}` : null;
  throw wrong(`there is no query "${what}"`, key ?? nearest(what, KINDS) ?? KINDS.join(', '));
}

function modelOf({ model }: QueryWords): Pick<WireQuery, 'model' | 'only'> {
  if (model === undefined) return { model: 'study' };
  if (model === 'study' || model === 'patient') return { model, only: true };
  throw wrong(`flag --model: must be study or patient, got "${model}"`, '--model patient');
}

function levelOf(words: QueryWords, kind: Kind): string {
  const level = words.level?.toUpperCase() ?? (kind === 'series' ? 'SERIES' : 'STUDY');
  if (LEVELS.includes(level)) return level;
  throw wrong(`flag --level: must be one of ${LEVELS.join(', ')}, got "${words.level}"`, 'STUDY');
}

function valueKey(kind: Kind, value: string | undefined): Readonly<Record<string, string>> {
  const keyword = {
    study: 'StudyInstanceUID',
    series: 'StudyInstanceUID',
    patient: 'PatientID',
    accession: 'AccessionNumber',
  }[kind as string];
  if (keyword === undefined) {
    if (value === undefined) return {};
    throw wrong(`find ${kind} takes no value, got "${value}"`, `dicomrun find study ${value}`);
  }
  if (value !== undefined && value !== '') return { [keyword]: value };
  throw wrong(`find ${kind}: the value is missing`, `dicomrun find ${kind} ${keyword}`);
}

function rangeOf(words: QueryWords, kind: Kind): string | undefined {
  if (words.dateRange === undefined) {
    return kind === 'today' ? dateText(words.today) : undefined;
  }
  if (kind === 'today') {
    const instead = `dicomrun find all --date-range ${words.dateRange}`;
    throw wrong('find today: --date-range asks for other days', instead);
  }
  if (/^(\d{8}|\d{8}-(\d{8})?|-\d{8})$/.test(words.dateRange)) return words.dateRange;
  throw wrong(
    `flag --date-range: must be YYYYMMDD-YYYYMMDD, got "${words.dateRange}"`,
    '20260101-20260131, 20260101- or -20260131',
  );
}

/** Scheduled steps of today unless a range says otherwise (PS3.4 K.6.1.2.2). */
function worklistQuery(words: QueryWords, extra: Keys): WireQuery {
  const step = {
    Modality: words.modality?.toUpperCase() ?? '',
    ScheduledProcedureStepStartDate: rangeOf(words, 'worklist') ?? '',
    ScheduledProcedureStepStartTime: '',
    ScheduledStationAETitle: '',
    ScheduledProcedureStepID: '',
  };
  const columns = ['PatientID', 'AccessionNumber', 'RequestedProcedureID', 'StudyInstanceUID'];
  return {
    model: 'worklist',
    keys: {
      ...Object.fromEntries(columns.map((column) => [column, ''])),
      PatientName: '',
      ...stepKeys(step, extra),
      ...(words.value === undefined ? {} : { PatientID: words.value }),
      ...withoutStep(extra),
    },
    columns: [...columns, ...Object.keys(extra)],
  };
}

/** Keys by keyword; those of a sequence in its items. */
interface Keys {
  [keyword: string]: string | Keys[];
}

/** Keys of a scheduled step (PS3.4 Table K.6-1) that stand at no other place of a worklist. */
const STEP_KEYS = new Set(
  `ScheduledStationAETitle ScheduledStationName ScheduledProcedureStepStartDate
  ScheduledProcedureStepStartTime ScheduledProcedureStepEndDate ScheduledProcedureStepEndTime
  ScheduledPerformingPhysicianName ScheduledProcedureStepDescription ScheduledProtocolCodeSequence
  ScheduledProcedureStepID ScheduledProcedureStepLocation ScheduledProcedureStepStatus
  CommentsOnTheScheduledProcedureStep Modality PreMedication RequestedContrastAgent`.split(/\s+/),
);

/**
 * `KEYWORD=VALUE` and `SEQUENCE[0].KEYWORD=VALUE` as keys. In a worklist query a bare key of the
 * scheduled step goes where it belongs.
 */
function keysOf(texts: readonly string[], kind: Kind): Keys {
  const keys: Keys = {};
  for (const text of texts) {
    const [, path = '', value = ''] = /^([^=]+)=?(.*)$/s.exec(text) ?? [];
    if (path === '') {
      throw wrong(`flag --key: must be KEYWORD=VALUE, got "${text}"`, '--key PatientID=TEST*');
    }
    const steps = path.split(/[./]/).map((step) => stepOf(step, path));
    const first = steps[0]?.keyword ?? '';
    const bare = kind === 'worklist' && steps.length === 1 && STEP_KEYS.has(first);
    setKey(keys, bare ? [{ keyword: STEP, item: 0 }, ...steps] : steps, value, text);
  }
  return keys;
}

interface KeyStep {
  readonly keyword: string;
  readonly item: number;
}

function stepOf(text: string, path: string): KeyStep {
  const [, name = '', item = '0'] = /^\s*([^[\]]+?)\s*(?:\[(\d{1,3})\])?\s*$/.exec(text) ?? [];
  if (name === '') {
    throw wrong(`flag --key: "${path}" is no path`, 'Sequence[0].Keyword=VALUE');
  }
  const keyword = keywordOf(tagOf(name));
  if (/^[0-9a-f]{8}$/.test(keyword)) {
    throw wrong(`flag --key: "${name}" is private or unknown to the data dictionary`, 'a keyword');
  }
  return { keyword, item: Number(item) };
}

function setKey(keys: Keys, steps: readonly KeyStep[], value: string, text: string): void {
  const [step, ...rest] = steps;
  if (step === undefined) return;
  const isSequence = vrOf(tagOf(step.keyword)) === 'SQ';
  const { keyword, item } = step;
  if (rest.length === 0 && (!isSequence || value === '')) {
    keys[keyword] ??= isSequence ? [] : value;
    if (!isSequence) keys[keyword] = value;
    return;
  }
  if (rest.length === 0) {
    throw wrong(
      `flag --key: ${keyword} is a sequence, and takes no value ("${text}")`,
      `${keyword}[0].KEYWORD=VALUE for a key inside it`,
    );
  }
  if (!isSequence) {
    throw wrong(`flag --key: ${keyword} is no sequence ("${text}")`, 'Sequence[0].Keyword=VALUE');
  }
  const list = keys[keyword];
  const items = Array.isArray(list) ? list : [];
  keys[keyword] = items;
  while (items.length <= item) items.push({});
  setKey(items[item] ?? {}, rest, value, text);
}

/** The step's usual return keys with those that were asked for. */
function stepKeys(usual: Readonly<Record<string, string>>, { [STEP]: asked }: Keys): Keys {
  const [own = {}] = Array.isArray(asked) ? asked : [];
  return { [STEP]: [{ ...usual, ...own }] };
}

function withoutStep({ [STEP]: _, ...others }: Keys): Keys {
  return others;
}

function dateText(date: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
}

function wrong(message: string, hint: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, { code: 'CONFIG_QUERY', message, hint });
}
