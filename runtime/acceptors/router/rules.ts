// Rule tables of the simulated router: conditions on what came, edits of what goes on.
import type { Coercion, RouterRule } from '../../../api/k6/simulate.ts';
import { compileEdits } from '../../dicom/edit/edits.ts';
import type { CompiledEdits } from '../../dicom/edit/edits.ts';
import { patchHeader } from '../../dicom/edit/header-patch.ts';
import { HeaderReader, tagPath } from '../account/headers/header.ts';
import type { KeptHeader, TagPath } from '../account/headers/header.ts';
import type { Looks } from '../patterns/pattern.ts';
import { ConditionList } from './conditions.ts';

/** The one rule of the embedded router. */
export const BUILT_IN_RULES: readonly RouterRule[] = [
  { route: 'HTM_GI', when: { Modality: 'ES' }, set: { StudyDescription: 'GI Endoscopy' } },
];

interface Compiled {
  readonly rule: RouterRule;
  readonly conditions: ConditionList;
}

/** Compiled edits are few: as many as there are different results. */
const MOST_EDITS = 4096;

/** A rule table, ready to be applied any number of times. */
export class RuleTable {
  readonly #rules: readonly Compiled[];
  readonly #edits = new Map<string, CompiledEdits>();
  /** What it does may have to be decided twice, see {@link Looks}. */
  readonly hasPatterns: boolean;

  /** @throws DataError `DATA_UNKNOWN_TAG` for a keyword nobody knows */
  constructor(rules: readonly RouterRule[]) {
    this.#rules = rules.map((rule) => {
      for (const name of namesOf(rule)) tagPath(name);
      return { rule, conditions: new ConditionList(rule.when ?? {}) };
    });
    this.hasPatterns = this.#rules.some(({ conditions }) => conditions.hasPatterns);
  }

  get size(): number {
    return this.#rules.length;
  }

  /** Whether any rule may concern a route: otherwise its headers need not be read. */
  concerns(calledAET: string): boolean {
    return this.#rules.some(({ rule }) => rule.route === undefined || rule.route === calledAET);
  }

  /**
   * The data set after the rules; the same buffer when none of them changes anything.
   *
   * @param dataset the data set, or its header up to the pixel data value
   */
  apply(dataset: Buffer, transferSyntax: string, calledAET: string, looks: Looks): Buffer {
    if (!this.concerns(calledAET)) return dataset;
    const edits = this.editsFor({ bytes: dataset, transferSyntax }, calledAET, looks);
    if (edits === null) return dataset;
    return patchHeader(dataset, transferSyntax, edits, { lenient: true });
  }

  /** The edits that the rules ask for; null = none, or `looks` is open. */
  editsFor(header: KeptHeader, calledAET: string, looks: Looks): CompiledEdits | null {
    const values = new Values(new HeaderReader(header));
    for (const { rule, conditions } of this.#rules) {
      if (rule.route !== undefined && rule.route !== calledAET) continue;
      if (conditions.hold(values, looks)) applyRule(rule, values);
    }
    if (values.changed.size === 0 || looks.open) return null;
    const wanted = Object.fromEntries(values.changed);
    const key = JSON.stringify(wanted);
    let edits = this.#edits.get(key);
    if (edits === undefined) {
      edits = compileEdits(wanted);
      if (this.#edits.size >= MOST_EDITS) this.#edits.clear();
      this.#edits.set(key, edits);
    }
    return edits;
  }
}

/** Values as they came, overlaid with what the rules changed so far. */
class Values {
  readonly changed = new Map<string, string | null>();
  readonly #overlay = new Map<number, string | null>();
  readonly #reader: HeaderReader;

  constructor(reader: HeaderReader) {
    this.#reader = reader;
  }

  text(path: TagPath): string | null {
    const [only] = path;
    if (path.length === 1 && only !== undefined && this.#overlay.has(only.tag)) {
      return this.#overlay.get(only.tag) ?? null;
    }
    return this.#reader.text(path);
  }

  get(name: string): string | null {
    return this.text(tagPath(name));
  }

  put(name: string, value: string | null): void {
    if ((this.get(name) ?? null) === value) return;
    const path = tagPath(name);
    const [only] = path;
    if (path.length === 1 && only !== undefined) this.#overlay.set(only.tag, value);
    this.changed.set(name, value);
  }
}

function namesOf(rule: RouterRule): string[] {
  const { set = {}, copy = {}, map = {}, coerce = {}, blank = [], remove = [] } = rule;
  const keyed = [set, copy, map, coerce].flatMap((table) => Object.keys(table));
  return [...keyed, ...Object.values(copy), ...blank, ...remove];
}

function applyRule(rule: RouterRule, values: Values): void {
  for (const [name, from] of Object.entries(rule.copy ?? {})) {
    const value = values.get(from);
    if (value !== null && value !== '') values.put(name, value);
  }
  for (const [name, table] of Object.entries(rule.map ?? {})) {
    const mapped = table[values.get(name) ?? ''];
    if (mapped !== undefined) values.put(name, mapped);
  }
  for (const [name, how] of Object.entries(rule.coerce ?? {})) {
    const value = values.get(name);
    if (value !== null) values.put(name, coerced(value, how));
  }
  for (const [name, text] of Object.entries(rule.set ?? {})) {
    values.put(
      name,
      text.replace(/\$\{([^}]+)\}/g, (_, other: string) => values.get(other) ?? ''),
    );
  }
  for (const name of rule.blank ?? []) values.put(name, '');
  for (const name of rule.remove ?? []) values.put(name, null);
}

function coerced(value: string, how: Coercion): string {
  switch (how) {
    case 'upper':
      return value.toUpperCase();
    case 'lower':
      return value.toLowerCase();
    case 'trim':
      return value.trim();
    case 'digits':
      return value.replace(/\D/g, '');
  }
}
