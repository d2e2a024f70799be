// Whether a summary fits its published schema.
import { readFileSync } from 'node:fs';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

const root = JSON.parse(
  readFileSync(new URL('../report/summary.schema.json', import.meta.url), 'utf8'),
) as Schema;

/** The few keywords of JSON schema that summary.schema.json uses; paths of what does not fit. */
function misfits(value: unknown, schema: Schema, path: string): string[] {
  if (schema.$ref !== undefined) {
    const target = root.definitions?.[schema.$ref.replace('#/definitions/', '')];
    return target === undefined ? [`${path}: ${schema.$ref}`] : misfits(value, target, path);
  }
  if ('const' in schema) return value === schema.const ? [] : [`${path}: not the constant`];
  if (schema.enum !== undefined) return schema.enum.includes(value) ? [] : [`${path}: not in enum`];
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  if (![schema.type].flat().includes(kind)) return [`${path}: is ${kind}`];
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => misfits(item, schema.items ?? {}, `${path}[${i}]`));
  }
  if (typeof value !== 'object' || value === null) return [];
  const missing = (schema.required ?? []).filter((name) => !(name in value));
  return [
    ...missing.map((name) => `${path}.${name}: missing`),
    ...Object.entries(value).flatMap(([name, item]) => {
      const own = schema.properties?.[name];
      if (own !== undefined) return misfits(item, own, `${path}.${name}`);
      const rest = schema.additionalProperties;
      return typeof rest === 'object'
        ? misfits(item, rest, `${path}.${name}`)
        : [`${path}.${name}: unknown`];
    }),
  ];
}

/** Where a summary does not fit runtime/report/summary.schema.json. */
export const schemaMisfits = (summary: unknown): string[] => misfits(summary, root, '$');
