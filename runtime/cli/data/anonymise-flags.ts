// --anonymise and its options, as PS3.15 E.3 names them.
import type { AnonymiseOptions } from '../../dicom/deidentify/anonymise.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';

export interface AnonymiseFlags {
  readonly anonymise?: boolean;
  readonly retain?: string;
  readonly clean?: string;
  readonly salt?: string;
}

type Names = Readonly<Record<string, keyof AnonymiseOptions>>;

const RETAIN: Names = {
  uids: 'retainUids',
  dates: 'retainDates',
  'modified-dates': 'retainModifiedDates',
  patient: 'retainPatientCharacteristics',
  device: 'retainDevice',
  institution: 'retainInstitution',
  descriptions: 'retainDescriptions',
  private: 'retainPrivate',
};

const CLEAN: Names = {
  descriptions: 'cleanDescriptions',
  'structured-content': 'cleanStructuredContent',
  graphics: 'cleanGraphics',
};

/** What to write in help. */
export const RETAIN_NAMES = Object.keys(RETAIN).join(', ');
export const CLEAN_NAMES = Object.keys(CLEAN).join(', ');

/**
 * Null where nothing is to be anonymised.
 *
 * @throws DicomRunError 104
 */
export function anonymiseOptions(flags: AnonymiseFlags): AnonymiseOptions | null {
  const { anonymise, retain, clean, salt } = flags;
  if (anonymise !== true) {
    for (const name of ['retain', 'clean', 'salt'] as const) {
      if (flags[name] !== undefined) throw alone(name);
    }
    return null;
  }
  return {
    ...options('--retain', retain, RETAIN),
    ...options('--clean', clean, CLEAN),
    ...(salt === undefined ? {} : { salt }),
  };
}

function options(flag: string, text: string | undefined, names: Names): AnonymiseOptions {
  const options: Record<string, boolean> = {};
  for (const name of (text ?? '').split(',')) {
    const key = name.trim().toLowerCase();
    if (key === '' && text === undefined) continue;
    const option = names[key];
    if (option === undefined) {
      throw new DicomRunError(ExitCode.CONFIG, {
        code: 'CONFIG_VALUE',
        message: `flag ${flag}: "${name.trim()}" is no option of the profile`,
        hint: `one or more of ${Object.keys(names).join(', ')}, with commas between`,
      });
    }
    options[option] = true;
  }
  return options;
}

function alone(name: string): DicomRunError {
  return new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_VALUE',
    message: `flag --${name}: is an option of --anonymise, which is not given`,
    hint: `add --anonymise`,
  });
}
