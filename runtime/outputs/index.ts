// All outputs. A new one is a file beside this one, a line here, and its part of the help page.
import { csvOutput } from './csv.ts';
import { moduleOutput, MODULE_FILE } from './module.ts';
import { influxOutput } from './influxdb/influxdb-kind.ts';
import { jsonOutput } from './json.ts';
import { otlpOutput } from './otlp/otlp-kind.ts';
import { prometheusOutput } from './prometheus/prometheus-kind.ts';
import type { OutputKind } from './kind.ts';

/** Those with a name: `--out NAME=…`. */
export const OUTPUTS: readonly OutputKind[] = [
  influxOutput,
  prometheusOutput,
  otlpOutput,
  jsonOutput,
  csvOutput,
];

/** What agents keep for an output elsewhere; nobody asks for it by name. */
export const keptSamples: OutputKind = {
  kind: 'samples',
  help: '',
  parse: () => undefined,
  open: async ({ sampleLog }) => {
    const { KeptSamples } = await import('./kept-samples.ts');
    return new KeptSamples(keptSamples.kind, sampleLog());
  },
};

/** `influxdb=URL, json=FILE, …`, for help and messages. */
export const OUTPUT_HELP = OUTPUTS.map(({ help }) => help).join(', ');

export function outputNamed(name: string): OutputKind | undefined {
  return [...OUTPUTS, moduleOutput, keptSamples].find(({ kind }) => kind === name);
}

/** The kind of an output as it is written after `--out`, and what stands behind its `=`. */
export function outputOf(text: string): { readonly kind: OutputKind | undefined; to: string } {
  if (MODULE_FILE.test(text)) return { kind: moduleOutput, to: text };
  const [name = '', ...rest] = text.split('=');
  const kind = OUTPUTS.find((known) => known.kind === name.trim());
  return { kind, to: rest.join('=') };
}
