// Cases as a terminal or a CI server may be told them. Pure.
import type { CaseResult } from '../../metrics/summary.ts';
import { printable } from '../problem-text.ts';

/** `gi-routing › HTM_GI › stored`. */
export function titleOf({ suite, name }: CaseResult): string {
  return `${suite} › ${name}`;
}

/** As it may reach a terminal or the log of a CI server: names of files and checks may be anything. */
export function shown(one: CaseResult): CaseResult {
  const { message, where } = one;
  return {
    ...one,
    suite: printable(one.suite),
    name: printable(one.name),
    ...(message === undefined ? {} : { message: printable(message) }),
    ...(where === undefined ? {} : { where: printable(where) }),
  };
}

/** Those that failed, as they may be shown. */
export function failures(cases: readonly CaseResult[]): readonly CaseResult[] {
  return cases.filter(({ state }) => state === 'failed' || state === 'error').map(shown);
}

/** How serious an annotation is. */
type AnnotationLevel = 'error' | 'warning';

interface Cases {
  readonly cases: readonly CaseResult[];
}

/** GitHub's workflow commands: one annotation a failure. */
export function githubText({ cases }: Cases, level: AnnotationLevel = 'error'): string {
  const escape = (text: string) =>
    text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (text: string) => escape(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return failures(cases)
    .map((one) => {
      const { file, line } = placeOf(one);
      const place = file === '' ? '' : `file=${property(file)},line=${line},`;
      return `::${level} ${place}title=${property(titleOf(one))}::${escape(one.message ?? '')}\n`;
    })
    .join('');
}

/** Azure DevOps' logging commands. */
export function azureText({ cases }: Cases, level: AnnotationLevel = 'error'): string {
  const property = (text: string) =>
    text.replaceAll('%', '%AZP25').replaceAll(';', '%3B').replaceAll(']', '%5D');
  return failures(cases)
    .map((one) => {
      const text = `${titleOf(one)}: ${one.message ?? ''}`.replace(/[\r\n]+/g, ' ');
      const { file, line } = placeOf(one);
      const place = file === '' ? '' : `;sourcepath=${property(file)};linenumber=${line}`;
      return `##vso[task.logissue type=${level}${place}]${text}\n`;
    })
    .join('');
}

/** `gi.ts:12:3` taken apart; an empty file where the place is not known. */
function placeOf({ where = '' }: CaseResult): { readonly file: string; readonly line: string } {
  const [, file = '', line = '1'] = /^(.*?):(\d+)(?::\d+)?$/.exec(where) ?? [];
  return { file, line };
}
