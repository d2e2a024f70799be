// `--out KIND=…`, asked of the kind itself; `--scrape NAME=URL`.
import { OUTPUT_HELP, outputOf, OUTPUTS } from '../../outputs/index.ts';
import type { Complaints, OutputConfig } from '../../outputs/kind.ts';
import { didYouMean } from './suggest.ts';
import type { ScrapeConfig } from '../types.ts';
import type { Reader } from './values.ts';

/** Stands for the metrics page of the embedded router. */
export const EMBEDDED_PAGE = 'embedded';

export function readOutput(r: Reader, text: string): OutputConfig | undefined {
  const { kind, to } = outputOf(text);
  if (kind !== undefined) return kind.parse(to, complaintsTo(r));
  const known = OUTPUTS.map((output) => output.kind);
  const hint = didYouMean(text.split('=')[0] ?? '', known);
  r.problems.value(r.at, `${OUTPUT_HELP} or ./my-output.ts`, text, hint);
  return undefined;
}

function complaintsTo(r: Reader): Complaints {
  return {
    value: (must, got, hint) => r.problems.value(r.at, must, got, hint),
    unknownKey: (key, known) => r.problems.unknownKey(r.at, key, known),
  };
}

export function readScrape(r: Reader, text: string): ScrapeConfig | undefined {
  const [, name = '', url = ''] = /^([A-Za-z0-9_]+)=(.+)$/.exec(text) ?? [];
  if (name !== '' && url === EMBEDDED_PAGE) return { name, url };
  if (name !== '' && URL.canParse(url) && /^https?:/.test(url)) return { name, url };
  r.problems.value(r.at, 'NAME=URL', text, 'e.g. router=http://10.0.0.5:9100/metrics');
  return undefined;
}
