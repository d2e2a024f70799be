// Whether Kubernetes would take an object: by the schema of its API (kubernetes-models), as a type that
// knows every field and its words, and as what checks values.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

interface Model {
  validate(): void;
}

const require = createRequire(import.meta.url);
/** Nothing of that name is there: its text is made here. */
const FILE = fileURLToPath(new URL('kubernetes-objects.ts', import.meta.url));
const OPTIONS: ts.CompilerOptions = {
  ...{ noEmit: true, skipLibCheck: true, strict: true, types: [], lib: ['lib.es2022.d.ts'] },
  ...{ module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
};

/** What it would refuse; empty: nothing. */
export function refusals(objects: readonly KubernetesObject[]): readonly string[] {
  const text = objects
    .map((one, i) => {
      const type = `import('${moduleOf(one)}').I${one.kind}`;
      return `export const x${i}: ${type} = ${JSON.stringify(one)};\n`;
    })
    .join('');
  const program = ts.createProgram([FILE], OPTIONS, hostWith(text));
  const types = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  return [...types, ...objects.flatMap(valuesOf)];
}

/** `batch/v1` is a module of that name. */
function moduleOf({ apiVersion }: KubernetesObject): string {
  return `kubernetes-models/${apiVersion}`;
}

function valuesOf(one: KubernetesObject): string[] {
  const models = require(moduleOf(one)) as Readonly<Record<string, new (of: object) => Model>>;
  const Kind = models[one.kind];
  if (Kind === undefined) return [`${one.kind}: unknown`];
  try {
    new Kind(one).validate();
    return [];
  } catch (error) {
    return [String(error)];
  }
}

/** Reads files as they are, and one that is made. */
function hostWith(text: string): ts.CompilerHost {
  const host = ts.createCompilerHost(OPTIONS);
  return {
    ...host,
    fileExists: (name) => name === FILE || host.fileExists(name),
    getSourceFile: (name, ...more) =>
      name === FILE
        ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022)
        : host.getSourceFile(name, ...more),
  };
}
