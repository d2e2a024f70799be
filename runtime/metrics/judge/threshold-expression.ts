// k6's threshold grammar, `method op number`, which methods a metric type has, and two things more:
// `method op number*METRIC`, compared with the same of another metric, and `growth` of a gauge.
import { METRIC_TABLE, TARGET_PREFIX } from '../../../api/k6/metric-table.ts';
import type { MetricContains, MetricType } from '../../../api/k6/metric-table.ts';
import type { Problem } from '../../errors.ts';
import type { CustomMetric, ThresholdConfig } from '../engine-types.ts';
import { parseSelector } from './selector.ts';
import { nearest } from '../distribution/nearest.ts';

type PlainMethod = 'count' | 'rate' | 'value' | 'growth' | 'avg' | 'min' | 'max';

export type ThresholdMethod =
  { readonly kind: PlainMethod } | { readonly kind: 'percentile'; readonly p: number };

export type ThresholdOperator = '>' | '>=' | '<' | '<=' | '==' | '===' | '!=';

export interface ThresholdExpression {
  readonly text: string;
  readonly method: ThresholdMethod;
  readonly operator: ThresholdOperator;
  readonly limit: number;
  /** Metric or sub-metric whose value, by the same method, the limit is multiplied with. */
  readonly of?: string;
}

const METHODS: Readonly<Record<MetricType, readonly string[]>> = {
  counter: ['count', 'rate'],
  gauge: ['value', 'growth'],
  rate: ['rate'],
  trend: ['avg', 'min', 'max', 'med', 'p(N)'],
};

/** Null when it is not of the grammar. */
export function parseExpression(text: string): ThresholdExpression | null {
  const match =
    /^\s*(count|rate|value|growth|avg|min|max|med|p\(\s*(\d+(?:\.\d+)?)\s*\))\s*(>=|<=|===|==|!=|>|<)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(?:\*\s*([A-Za-z_].*?)\s*)?$/s.exec(
      text,
    );
  if (match === null) return null;
  const [, name = '', p, operator = '<', limit = '', of] = match;
  const percentile = p === undefined ? (name === 'med' ? 50 : null) : Number(p);
  if (percentile !== null && percentile > 100) return null;
  const method: ThresholdMethod =
    percentile === null ? { kind: name as PlainMethod } : { kind: 'percentile', p: percentile };
  return {
    text: text.trim(),
    method,
    operator: operator as ThresholdOperator,
    limit: Number(limit),
    ...(of === undefined ? {} : { of }),
  };
}

/** `limit`: that of the expression, or what it comes to beside another metric. */
export function holds(
  observed: number,
  expression: ThresholdExpression,
  limit: number = expression.limit,
): boolean {
  switch (expression.operator) {
    case '>':
      return observed > limit;
    case '>=':
      return observed >= limit;
    case '<':
      return observed < limit;
    case '<=':
      return observed <= limit;
    case '==':
    case '===':
      return observed === limit;
    case '!=':
      return observed !== limit;
  }
}

export interface MetricFacts {
  readonly type: MetricType;
  readonly contains: MetricContains;
  readonly builtin: boolean;
}

const BUILTIN = new Map<string, MetricFacts>(
  METRIC_TABLE.map((row) => [row.name, { type: row.type, contains: row.contains, builtin: true }]),
);

/** Type of a metric by name; null for one that neither the table nor the script has. */
export function metricFacts(
  name: string,
  custom: readonly CustomMetric[] = [],
): MetricFacts | null {
  const builtin = BUILTIN.get(name);
  if (builtin !== undefined) return builtin;
  if (name.startsWith(TARGET_PREFIX)) return { type: 'gauge', contains: 'default', builtin: true };
  const own = custom.find((metric) => metric.name === name);
  if (own === undefined) return null;
  return { type: own.type, contains: own.isTime ? 'time' : 'default', builtin: false };
}

/** Everything wrong with the thresholds of a script, all at once; empty when all is well. */
export function checkThresholds(
  config: ThresholdConfig,
  custom: readonly CustomMetric[] = [],
): Problem[] {
  const problems: Problem[] = [];
  for (const [key, specs] of Object.entries(config)) {
    const where = `thresholds['${key}']`;
    const selector = parseSelector(key);
    const facts = selector === null ? null : metricFacts(selector.metric, custom);
    if (selector === null) problems.push(badSelector(key, where));
    else if (facts === null) problems.push(unknownMetric(selector.metric, custom, where));
    else
      for (const spec of specs)
        problems.push(...badSpec(spec.threshold, { key, type: facts.type, custom, where }));
  }
  return problems;
}

function badSelector(key: string, where: string): Problem {
  return {
    code: 'CONFIG_THRESHOLD_METRIC',
    message: `threshold "${key}": not a metric name or metric{tag:value,tag2:value2}`,
    hint: 'example: dicom_req_duration{service:C-STORE}',
    where,
  };
}

function unknownMetric(name: string, custom: readonly CustomMetric[], where: string): Problem {
  const known = [...BUILTIN.keys(), ...custom.map((metric) => metric.name)];
  const near = nearest(name, known);
  return {
    code: 'CONFIG_THRESHOLD_METRIC',
    message: `threshold on "${name}": no metric of that name`,
    hint:
      near === null
        ? 'dicomrun help metrics lists them; a custom metric must be made in the init code'
        : `did you mean ${near}?`,
    where,
  };
}

interface Judged {
  readonly key: string;
  readonly type: MetricType;
  readonly custom: readonly CustomMetric[];
  readonly where: string;
}

function badSpec(text: string, { key, type, custom, where }: Judged): Problem[] {
  const expression = parseExpression(text);
  if (expression === null) {
    return [
      {
        code: 'CONFIG_THRESHOLD_EXPRESSION',
        message: `threshold "${key}": "${text}" is not "method operator number"`,
        hint: `a ${type} has ${METHODS[type].join(', ')}; operators > >= < <= == === !=`,
        where,
      },
    ];
  }
  const wrong = (of: MetricType): Problem => ({
    code: 'CONFIG_THRESHOLD_METHOD',
    message: `threshold "${key}": "${text}" asks for a method that a ${of} does not have`,
    hint: `a ${of} has ${METHODS[of].join(', ')}`,
    where,
  });
  if (!methodFits(expression.method, type)) return [wrong(type)];
  if (expression.of === undefined) return [];
  const other = parseSelector(expression.of);
  if (other === null) return [badSelector(expression.of, where)];
  const facts = metricFacts(other.metric, custom);
  if (facts === null) return [unknownMetric(other.metric, custom, where)];
  return methodFits(expression.method, facts.type) ? [] : [wrong(facts.type)];
}

function methodFits(method: ThresholdMethod, type: MetricType): boolean {
  return METHODS[type].includes(method.kind === 'percentile' ? 'p(N)' : method.kind);
}
