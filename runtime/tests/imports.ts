// Reads the import graph of the project's own TypeScript, for the test that guards the arrows.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The package's root folder: where its `package.json` stands (source tree and `dist/` alike). */
export const ROOT = packageRoot(dirname(fileURLToPath(import.meta.url)));

function packageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageRoot(dirname(folder));
}

export interface Import {
  /** Importing file to the root, `/` as separator. */
  readonly from: string;
  /** Imported file relative to the root, or the specifier of a builtin or package. */
  readonly to: string;
  readonly own: boolean;
  /** `import type`, or every name in it a type: gone at run time. */
  readonly typeOnly: boolean;
  readonly line: number;
}

/** Every `.ts` file under the named folders to the root, sorted. */
export function sources(folders: readonly string[]): string[] {
  return folders
    .flatMap((folder) => {
      const path = join(ROOT, folder);
      if (!existsSync(path)) return [];
      return readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => posix.join(folder, name.split(sep).join('/')));
    })
    .sort();
}

/** The text of a source file of {@link sources}. */
export function sourceText(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** All imports of one file: static, re-exported, dynamic with a literal, and `import('…')` types. */
export function importsOf(file: string): Import[] {
  const source = ts.createSourceFile(file, sourceText(file), ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (node: ts.Node, specifier: string, typeOnly: boolean): void => {
    const own = specifier.startsWith('.');
    const to = own ? posix.join(posix.dirname(file), specifier) : specifier;
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    found.push({ from: file, to, own, typeOnly, line: line + 1 });
  };
  const visit = (node: ts.Node): void => {
    const hit = specifierOf(node);
    if (hit) add(node, hit.text, hit.typeOnly);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function specifierOf(node: ts.Node): { text: string; typeOnly: boolean } | null {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return { text: node.moduleSpecifier.text, typeOnly: erased(node.importClause) };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    const { moduleSpecifier: target, isTypeOnly } = node;
    return ts.isStringLiteral(target) ? { text: target.text, typeOnly: isTypeOnly } : null;
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    const { literal } = node.argument;
    return ts.isStringLiteral(literal) ? { text: literal.text, typeOnly: true } : null;
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [target] = node.arguments;
    return target && ts.isStringLiteral(target) ? { text: target.text, typeOnly: false } : null;
  }
  return null;
}

function erased(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { namedBindings } = clause;
  if (clause.name || !namedBindings || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.length > 0 && namedBindings.elements.every((e) => e.isTypeOnly);
}

/** Cycles among own files through imports that exist at run time, each as `a > b > a`. */
export function cycles(imports: readonly Import[]): string[] {
  const edges = new Map<string, string[]>();
  for (const { from, to, own, typeOnly } of imports) {
    if (own && !typeOnly) edges.set(from, [...(edges.get(from) ?? []), to]);
  }
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      found.push([...path.slice(at), file].join(' > '));
      return;
    }
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) walk(file, []);
  return found;
}
