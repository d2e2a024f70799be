// `find study UID` and its like as keys of a C-FIND. Pure.
import { keywordOf, tagOf } from '../../dicom/element/dictionary.ts';
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
  readonly today: Date;
}

export interface Query {
  readonly model: 'study' | 'worklist';
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
const STEP = 'ScheduledProcedureStepSequence';

/** @throws DicomRunError 104 */
export function queryOf(words: QueryWords): Query {
  const kind = kindOf(words.what);
  const extra = Object.fromEntries((words.key ?? []).map(pairOf));
  if (kind === 'worklist') return worklistQuery(words, extra);
  const level = levelOf(words, kind);
  const columns = level === 'SERIES' ? SERIES_COLUMNS : STUDY_COLUMNS;
  const range = rangeOf(words, kind);
  const modality = level === 'SERIES' ? 'Modality' : 'ModalitiesInStudy';
  const keys = {
    ...Object.fromEntries(columns.map((column) => [column, ''])),
    ...valueKey(kind, words.value),
    ...(words.modality === undefined ? {} : { [modality]: words.modality.toUpperCase() }),
    ...(range === undefined ? {} : { StudyDate: range }),
    ...extra,
  };
  const more = Object.keys(extra).filter((key) => !columns.includes(key));
  return { model: 'study', level, keys, columns: [...columns, ...more] };
}

function kindOf(what: string): Kind {
  const kind = KINDS.find((one) => one === what);
  if (kind !== undefined) return kind;
  const key = /^[^=]+=/.test(what) ? `dicomrun find all --key ${what}` : null;
  throw wrong(`there is no query "${what}"`, key ?? nearest(what, KINDS) ?? KINDS.join(', '));
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
function worklistQuery(words: QueryWords, extra: Readonly<Record<string, string>>): Query {
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
      [STEP]: [step],
      ...(words.value === undefined ? {} : { PatientID: words.value }),
      ...extra,
    },
    columns: [...columns, ...Object.keys(extra)],
  };
}

function pairOf(text: string): readonly [string, string] {
  const [, key = '', value = ''] = /^([^=]+)=?(.*)$/s.exec(text) ?? [];
  const keyword = key === '' ? '' : keywordOf(tagOf(key));
  if (/^[0-9a-f]{8}$/.test(keyword)) {
    throw wrong(`flag --key: "${key}" is private or unknown to the data dictionary`, 'a keyword');
  }
  if (keyword !== '') return [keyword, value];
  throw wrong(`flag --key: must be KEYWORD=VALUE, got "${text}"`, '--key PatientID=TEST*');
}

function dateText(date: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
}

function wrong(message: string, hint: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, { code: 'CONFIG_QUERY', message, hint });
}
