// File names of a source, from the folder that they are relative to: where the command was typed for
// flags and variables, else the folder of the file that says them.
import { resolve } from 'node:path';
import type { Layer } from './layer.ts';

const PEM_FILE = /^(target|webTarget)\.tls\.(ca|cert|key)$/;

/** Makes the names of PEM files absolute; PEM text stays as it is. Without a folder nothing changes. */
export function anchor(layer: Layer, folder: string | undefined): Layer {
  if (folder === undefined) return layer;
  for (const [path, { value, origin }] of layer.values) {
    if (!PEM_FILE.test(path) || typeof value !== 'string' || value.includes('-----BEGIN')) continue;
    layer.values.set(path, { value: resolve(folder, value), origin });
  }
  return layer;
}
