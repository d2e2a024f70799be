// runtime/help/api.md from the docstrings of api/: every exported class, interface and type that a
// script can meet, in lists that read well in a terminal too.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

type Parts = readonly (readonly [file: string, title: string])[];

/** Files of api/dicom in the order of the document, with the title of their part. */
const DICOM: Parts = [
  ['facade.ts', 'The module'],
  ['peer.ts', 'Peers'],
  ['second-peer.ts', 'Peers asked by another implementation'],
  ['association.ts', 'Associations'],
  ['normalised.ts', 'Normalised services'],
  ['data.ts', 'Instances and studies'],
  ['pool.ts', 'Pools'],
  ['delivery/receiver.ts', 'Receivers'],
  ['procedure-step.ts', 'Procedure steps'],
  ['delivery/verify.ts', 'Verification'],
  ['extras.ts', 'Shared state, raw connections, comparison'],
  ['association-types.ts', 'Options of peers, negotiation'],
  ['types.ts', 'Options and results'],
  ['service-types.ts', 'Queries, retrieval, commitment, options of normalised services'],
  ['delivery/delivery-types.ts', 'Delivery and visibility'],
  ['delivery/delivered.ts', 'What arrived'],
  ['recording/recording.ts', 'Recordings'],
  ['recording/recorded.ts', 'What a recording holds'],
  ['recording/replay-types.ts', 'Replaying a recording'],
];

/** Files of api/dicomweb, the same way. */
const DICOMWEB: Parts = [
  ['facade.ts', 'The module `dicomweb`'],
  ['server.ts', 'Servers'],
  ['receiver.ts', 'Receivers of STOW-RS'],
  ['errors.ts', 'What is thrown'],
  ['types.ts', 'Options and results of `dicomweb`'],
];

const HEADER = `# API of the modules \`dicom\` and \`dicomweb\`

Made from the docstrings of \`api/dicom\` and \`api/dicomweb\`. How the parts fit together:
\`dicomrun help scripts\`, \`dicomrun help dicomweb\`.
Durations are milliseconds or text with a unit (\`'30s'\`). Every method that returns a promise is
awaited. Errors are named in \`dicomrun help troubleshooting\`.`;

/** The whole document. `root` is the folder of the package. */
export function apiDocument(root: string): string {
  const parts = (folder: string, files: Parts): string[] =>
    files.map(([file, title]) => {
      const declared = sourceOf(root, folder, file).statements.flatMap((one) => declaration(one));
      return [`## ${title}`, ...declared].join('\n\n');
    });
  return `${[HEADER, ...parts('dicom', DICOM), ...parts('dicomweb', DICOMWEB)].join('\n\n')}\n`;
}

function sourceOf(root: string, folder: string, file: string): ts.SourceFile {
  const text = readFileSync(join(root, 'api', folder, file), 'utf8');
  return ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
}

function declaration(node: ts.Statement): string[] {
  const isShown = ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node);
  if (!isShown && !ts.isTypeAliasDeclaration(node)) return [];
  if (!isExported(node) || isInternal(node)) return [];
  const head = `### ${node.name?.text ?? ''}`;
  if (ts.isTypeAliasDeclaration(node)) {
    return [[head, prose(node), `\`${flat(node.type)}\``].filter(Boolean).join('\n\n')];
  }
  const list = node.members.flatMap((member) => memberLine(member)).join('\n');
  if (list === '') return [];
  const bases = (node.heritageClauses ?? []).flatMap((clause) => clause.types.map(flat));
  const also = bases
    .filter((base) => !/^(AsyncDisposable|Releasable)$/.test(base))
    .map((base) => `Also: \`${base}\`.`);
  return [
    [head, [prose(node), ...also].filter(Boolean).join(' '), list].filter(Boolean).join('\n\n'),
  ];
}

function memberLine(member: ts.ClassElement | ts.TypeElement): string[] {
  const name = member.name?.getText();
  if (name === undefined || /^[[#]|^toJSON$/.test(name) || isInternal(member)) return [];
  const signature = signatureOf(member, name);
  if (signature === null) return [];
  const text = prose(member);
  return [`- \`${signature}\`${text === '' ? '' : ` — ${text}`}`];
}

function signatureOf(member: ts.ClassElement | ts.TypeElement, name: string): string | null {
  if (ts.isMethodDeclaration(member) || ts.isMethodSignature(member)) {
    const parameters = member.parameters.map(parameterText).join(', ');
    return `${name}(${parameters})${typeText(member.type)}`;
  }
  if (ts.isGetAccessorDeclaration(member)) return `${name}${typeText(member.type)}`;
  if (ts.isPropertyDeclaration(member) || ts.isPropertySignature(member)) {
    const optional = member.questionToken === undefined ? '' : '?';
    return `${name}${optional}${typeText(member.type)}`;
  }
  return null;
}

function parameterText(parameter: ts.ParameterDeclaration): string {
  const isOptional = parameter.questionToken !== undefined || parameter.initializer !== undefined;
  return `${parameter.name.getText()}${isOptional ? '?' : ''}${typeText(parameter.type)}`;
}

const typeText = (type: ts.TypeNode | undefined): string =>
  type === undefined ? '' : `: ${flat(type)}`;

/** Source of a type on one line, without the prefix of the types' module. */
function flat(node: ts.Node): string {
  return node
    .getText()
    .replace(/\/\*\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replace(/\bT\./g, '')
    .replace(/\s+/g, ' ')
    .replace(/^\| /, '')
    .trim();
}

/** The docstring on one line. */
function prose(node: ts.Node): string {
  const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  if (doc === undefined) return '';
  const thrown = (doc.tags ?? [])
    .filter(({ tagName }) => tagName.text === 'throws')
    .map((tag) => `Throws ${tagText(tag)}.`);
  return [ts.getTextOfJSDocComment(doc.comment) ?? '', ...thrown]
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** `@throws X when …`: the compiler takes a first word in braces as a type, and leaves the rest. */
const tagText = (tag: ts.JSDocTag): string =>
  tag
    .getText()
    .replace(/^@throws\s+/, '')
    .replace(/^\s*\* ?/gm, '')
    .trim();

const modifiers = (node: ts.Node): readonly ts.Modifier[] =>
  ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];

const isExported = (node: ts.Node): boolean =>
  modifiers(node).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** `@internal`: of no use to a script. */
const isInternal = (node: ts.Node): boolean =>
  ts.getJSDocTags(node).some((tag) => tag.tagName.text === 'internal');
