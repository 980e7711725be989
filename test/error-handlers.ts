import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

/** What emits `error`, by the package that it is imported from. Without a listener, such an event ends the process. */
const EMITTERS: Readonly<Record<string, readonly string[]>> = {
  pg: ['Client', 'Pool'],
  'node:child_process': ['spawn', 'fork'],
  'node:fs': ['createReadStream', 'createWriteStream'],
  'node:http': ['createServer', 'request'],
  'node:http2': ['connect', 'createServer'],
  'node:https': ['createServer', 'request'],
  'node:net': ['connect', 'createConnection', 'createServer'],
  'node:tls': ['connect', 'createServer'],
  'node:worker_threads': ['Worker'],
  ws: ['WebSocket', 'WebSocketServer'],
};

/** What calls a function later and does not await what it returns: a rejection ends the process. */
const UNAWAITING = [
  ...['createServer', 'on', 'once', 'addListener'],
  ...['setImmediate', 'setInterval', 'setTimeout'],
];
const MAY_BE_UNAWAITED = new RegExp(`\\b(${UNAWAITING.join('|')})\\(`);

/** The helpers of `@daybook/platform/plain` that add a listener to what they are given. */
const HELPERS = ['surviveErrors', 'surviveLostConnections'];

export interface Unhandled {
  readonly file: string;
  readonly line: number;
  readonly what: string;
}

/** Where errors have no handler, in the files below these folders of `root`: see `EMITTERS` and `UNAWAITING`. */
export function unhandledIn(root: string, folders: readonly string[]): readonly Unhandled[] {
  return folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.([cm]?[jt]s)$/.test(entry.name))
    .filter(({ parentPath }) => !/\/(generated|fixtures|node_modules)(\/|$)/.test(parentPath))
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      const file = relative(root, path);
      return file === relative(root, __filename).replace('.ts', '.spec.ts')
        ? []
        : unhandledInSource(file, readFileSync(path, 'utf8'));
    });
}

export function unhandledInSource(file: string, text: string): readonly Unhandled[] {
  // Parsing takes longer than looking.
  const mayEmit = Object.keys(EMITTERS).some((name) => text.includes(`'${name}'`));
  if (!mayEmit && !(text.includes('async') && MAY_BE_UNAWAITED.test(text))) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const names = emittersOf(source);
  const found: Unhandled[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return;
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    const what = ts.isIdentifier(node.expression) && names.get(node.expression.text);
    if (what && !isHandled(node)) found.push({ file, line: line + 1, what });
    const unawaited = unawaitedIn(node);
    if (unawaited) found.push({ file, line: line + 1, what: `async function for ${unawaited}` });
  };
  visit(source);
  return found;
}

/** What is created under which name in this file, from imports and from `require`. */
function emittersOf(source: ts.SourceFile): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const note = (from: ts.Node, bindings: Iterable<{ name: ts.Node; was: string }>): void => {
    const emitters = ts.isStringLiteral(from) ? EMITTERS[from.text] : undefined;
    for (const { name, was } of bindings) {
      if (emitters?.includes(was) && ts.isIdentifier(name)) names.set(name.text, was);
    }
  };
  const original = (name: ts.Node, property: ts.Node | undefined) => ({
    ...{ name, was: (property ?? name).getText() },
  });
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause;
      const named = clause?.namedBindings;
      if (clause?.name) note(node.moduleSpecifier, [original(clause.name, undefined)]);
      if (named === undefined || !ts.isNamedImports(named)) return;
      const bindings = named.elements.map((each) => original(each.name, each.propertyName));
      note(node.moduleSpecifier, bindings);
    } else if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name)) {
      const { initializer } = node;
      if (!initializer || !ts.isCallExpression(initializer)) return;
      const [from] = initializer.arguments;
      if (initializer.expression.getText() !== 'require' || from === undefined) return;
      const bindings = node.name.elements.map((each) => original(each.name, each.propertyName));
      note(from, bindings);
    }
  };
  visit(source);
  return names;
}

/** The name of the function that is given an async one, and awaits nothing. */
function unawaitedIn({ expression, arguments: given }: ts.CallExpression | ts.NewExpression) {
  const called = ts.isPropertyAccessExpression(expression) ? expression.name : expression;
  const isAsync = (node: ts.Node) =>
    (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) &&
    node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true;
  const name = called.getText();
  return UNAWAITING.includes(name) && given?.some(isAsync) ? name : undefined;
}

/** Whether a helper gets it, or a listener is added at once or to its variable in the same function. */
function isHandled(created: ts.Expression): boolean {
  const { parent } = created;
  if (ts.isCallExpression(parent) && HELPERS.includes(parent.expression.getText())) return true;
  if (ts.isPropertyAccessExpression(parent)) {
    const { parent: call } = parent;
    return ts.isCallExpression(call) && isListening(parent.name.text, call.arguments[0]);
  }
  const variable = ts.isVariableDeclaration(parent)
    ? parent.name.getText()
    : ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
      ? parent.left.getText()
      : undefined;
  return variable !== undefined && listensTo(variable, functionAround(created));
}

function isListening(method: string, event: ts.Node | undefined): boolean {
  const adds = ['on', 'once', 'addListener'].includes(method);
  return adds && event !== undefined && ts.isStringLiteral(event) && event.text === 'error';
}

function listensTo(variable: string, within: ts.Node): boolean {
  let isFound = false;
  const visit = (node: ts.Node): void => {
    if (isFound) return;
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression, name } = node.expression;
      isFound = expression.getText() === variable && isListening(name.text, node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  visit(within);
  return isFound;
}

function functionAround(node: ts.Node): ts.Node {
  const { parent } = node;
  if (ts.isSourceFile(node)) return node;
  return ts.isFunctionLike(parent) ? parent : functionAround(parent);
}
