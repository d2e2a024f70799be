// What a script can name and has no docstring, or says a number of nothing: every export of every
// module, and whatever is declared in api/ and met from there.
import { join, relative } from 'node:path';
import ts from 'typescript';
import { MODULES } from '../../api/abi.ts';

/** Of what a number is one: a unit, something counted, a share, a status, a place in an order. */
const OF_WHAT =
  /\b(ms|ns|bytes?|seconds?|minutes?|per second|VUs?|status(es)?|numbers?|how (many|much)|times|shares?|of all|from [01]|percent|pixels?|frames?|bits|PDUs?|port|rate|ID|exit code|seed)\b|%|\d ?s\b|0\.\.1|\bthe first so many|every n-th|at most|Default \d/i;

export interface Gaps {
  /** What has no docstring: `api/dicom/peer.ts Peer.associate`. */
  readonly silent: readonly string[];
  /** Options with a number that does not say of what. */
  readonly unitless: readonly string[];
  /** Requests over DICOM that cite no clause of the standard. */
  readonly uncited: readonly string[];
}

/** Walks the types of all modules. `root` is the folder of the package. */
export function docstringGaps(root: string): Gaps {
  const files = [...new Set(Object.values(MODULES))].map((name) => join(root, 'api', `${name}.ts`));
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    noLib: true,
    types: [],
  });
  const walk = new Walk(root, program.getTypeChecker());
  for (const file of files) {
    const source = program.getSourceFile(file);
    if (source !== undefined) walk.module(source);
  }
  const sorted = (names: ReadonlySet<string>): string[] => [...names].sort();
  return {
    silent: sorted(walk.silent),
    unitless: sorted(walk.unitless),
    uncited: sorted(walk.uncited),
  };
}

class Walk {
  readonly silent = new Set<string>();
  readonly unitless = new Set<string>();
  readonly uncited = new Set<string>();
  readonly #root: string;
  readonly #checker: ts.TypeChecker;
  readonly #seen = new Set<ts.Node>();

  constructor(root: string, checker: ts.TypeChecker) {
    this.#root = root;
    this.#checker = checker;
  }

  module(source: ts.SourceFile): void {
    const symbol = this.#checker.getSymbolAtLocation(source);
    if (symbol === undefined) return;
    for (const one of this.#checker.getExportsOfModule(symbol)) this.#symbol(one);
  }

  #symbol(symbol: ts.Symbol): void {
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    const own = isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    for (const node of own.declarations ?? []) {
      const isKnown = this.#seen.has(node) || !PUBLIC.test(this.#place(node)) || isInternal(node);
      this.#seen.add(node);
      if (!isKnown) this.#declaration(node);
    }
  }

  #declaration(node: ts.Declaration): void {
    if (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) {
      const own = node.name?.text ?? '';
      if (node.members.length > 0) this.#must(node, own);
      for (const { types } of node.heritageClauses ?? []) types.forEach((one) => this.#named(one));
      for (const member of node.members) this.#member(member, own, '');
    } else if (ts.isTypeAliasDeclaration(node)) {
      this.#must(node, node.name.text);
      this.#literals(node.type, node.name.text, prose(node));
      this.#named(node.type);
    } else if (ts.isFunctionDeclaration(node)) {
      this.#must(node, node.name?.text ?? '');
      this.#named(node);
    } else if (ts.isVariableDeclaration(node) && node.type !== undefined) {
      // why: `declare const csv: Dicom['csv']` is told of where its type is.
      if (ts.isTypeLiteralNode(node.type)) this.#must(node, node.name.getText());
      this.#named(node.type);
    }
  }

  /** Members of object types inside another type; what that says of them by name is enough. */
  #literals(node: ts.Node, owner: string, said: string): void {
    if (ts.isTypeLiteralNode(node)) {
      for (const member of node.members) this.#member(member, owner, said);
      return;
    }
    ts.forEachChild(node, (child) => this.#literals(child, owner, said));
  }

  #member(member: ts.ClassElement | ts.TypeElement, owner: string, said: string): void {
    const name = member.name?.getText() ?? '';
    if (isInternal(member) || /^[[#]|^toJSON$|^$/.test(name)) return;
    if (ts.isSetAccessorDeclaration(member)) return;
    const own = `${owner}.${name}`;
    const text =
      prose(member) === '' && new RegExp(`\\b${name}\\b`).test(said) ? said : prose(member);
    if (text === '') this.#must(member, own);
    if (ts.isMethodDeclaration(member) || ts.isMethodSignature(member)) {
      this.#method(member, own, text);
    } else if (ts.isPropertySignature(member) || ts.isPropertyDeclaration(member)) {
      const isOption = member.questionToken !== undefined && isNumber(member.type);
      if (isOption && !OF_WHAT.test(text)) this.unitless.add(`${this.#place(member)} ${own}`);
      if (member.type) this.#literals(member.type, own, text);
    }
    this.#named(member);
  }

  #method(node: ts.MethodDeclaration | ts.MethodSignature, own: string, text: string): void {
    for (const { type } of node.parameters) if (type) this.#literals(type, own, text);
    const [owner = ''] = own.split('.');
    const isRequest =
      REQUESTING.test(owner) && /^(Promise|T\.Find)\b/.test(node.type?.getText() ?? '');
    if (isRequest && !CLAUSE.test(text)) this.uncited.add(`${this.#place(node)} ${own}`);
  }

  /** Every type that a declaration names. */
  #named(node: ts.Node): void {
    if (ts.isBlock(node)) return;
    const symbol = ts.isIdentifier(node) ? this.#checker.getSymbolAtLocation(node) : undefined;
    if (symbol !== undefined && (symbol.flags & NAMES) !== 0) this.#symbol(symbol);
    ts.forEachChild(node, (child) => this.#named(child));
  }

  #must(node: ts.Node, name: string): void {
    if (prose(node) === '') this.silent.add(`${this.#place(node)} ${name}`);
  }

  #place(node: ts.Node): string {
    return relative(this.#root, node.getSourceFile().fileName);
  }
}

const NAMES = ts.SymbolFlags.Type | ts.SymbolFlags.Alias;
/** What scripts are meant to read; api/sandbox is told of where it is used. */
const PUBLIC = /^api\/(dicom|dicomweb|k6)\//;

/** Classes whose methods are requests of the standard. */
const REQUESTING = /^(Association|Normalised|Peer|ProcedureStep|Server|Verify)$/;
/** Part and clause of the standard, or that it is beside it. */
const CLAUSE = /PS3\.\d+ (§|Annex|Table)|beside the standard/;

/** A number, alone or beside something else. */
function isNumber(type: ts.TypeNode | undefined): boolean {
  if (type === undefined) return false;
  if (ts.isUnionTypeNode(type)) return type.types.some(isNumber);
  return type.kind === ts.SyntaxKind.NumberKeyword;
}

/** The docstring on one line; of several declarations of one name the first may speak for all. */
function prose(node: ts.Node): string {
  const at = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  const [doc] = ts.getJSDocCommentsAndTags(at).filter(ts.isJSDoc);
  return (doc?.getText() ?? '')
    .replace(/^\/\*\*|\*\/$|^\s*\*/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
}

const isInternal = (node: ts.Node): boolean =>
  ts.getJSDocTags(node).some((tag) => tag.tagName.text === 'internal');
