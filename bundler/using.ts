// What esbuild's lowering of `using` gets wrong in a loop. It declares, per block,
//
//   var _stack = [];
//   try { … } catch (_) { var _error = _, _hasError = true; }
//   finally { var _promise = __callDispose(_stack, _error, _hasError); _promise && await _promise; }
//
// and `var`s outlive a pass: after a pass that threw, every later pass of the loop threw the same
// error once more. The two are forgotten where they are handed over, on a line of its own and behind
// all that a source map knows of it.

const HAND_OVER =
  /^(\s*(?:var _promise\d* = )?__callDispose\d*\(_stack\d*, (_error\d*), (_hasError\d*))\);$/gm;

/** The lowered text, each pass of a loop with errors of its own. */
export function forgetErrors(js: string): string {
  return js.replace(HAND_OVER, '$1, $3 = $2 = void 0);');
}

const HEAD = /^\s*(?:[\w$]+: )*for \(using (?=[\w$]+ = )/m;

/** Where `using` stands in the head of a `for (;;)`: esbuild leaves that as it is. From 0. */
export function usingInHead(js: string): { readonly line: number; readonly column: number } | null {
  const found = HEAD.exec(js);
  if (found === null) return null;
  const before = js.slice(0, found.index + found[0].length).split('\n');
  return { line: before.length - 1, column: before.at(-1)?.length ?? 0 };
}
