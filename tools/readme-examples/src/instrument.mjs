import ts from 'typescript';

/** An arrow comment behind a statement or under it, going on in comment lines indented like its text. */
const arrowComment = /^[ \t]*\n?[ \t]*\/\/ → ?(.*)((?:\n[ \t]*\/\/ {3}.*)*)/;

/**
 * Turns an example into JavaScript that checks itself:
 *
 *     console.log(verdict); // → verified
 *
 * is to print just that, and any other expression statement is to have the value that its comment
 * shows in the notation of `util.inspect`.
 *
 * @param {string} example TypeScript
 * @returns {{ code: string, comments: number }} a module that calls a global `observe(index, text,
 *   …printed)` for each comment, which must happen at least once with each index below `comments`
 */
export function instrument(example) {
  const source = ts.createSourceFile('example.ts', example, ts.ScriptTarget.ES2022, true);
  /** @type {{ from: number, to: number, text: string }[]} */
  const edits = [];

  /**
   * @param {ts.Node} node
   * @returns {void}
   */
  function visit(node) {
    const comment = arrowComment.exec(example.slice(node.end));
    if (!ts.isExpressionStatement(node) || !comment) {
      ts.forEachChild(node, visit);
      return;
    }
    const [, first = '', rest = ''] = comment;
    const text = [
      first,
      ...rest
        .split('\n')
        .slice(1)
        .map((line) => line.trimStart().slice(5)),
    ].join('\n');
    const args = isConsoleLog(node.expression)
      ? node.expression.arguments.map((argument) => argument.getText()).join(', ')
      : `observe.inspect(${node.expression.getText()})`;
    const call = `observe(${edits.length}, ${JSON.stringify(text)}, ${args});`;
    edits.push({ from: node.getStart(), to: node.end, text: call });
  }
  visit(source);

  const instrumented = edits.reduceRight(
    (code, { from, to, text }) => code.slice(0, from) + text + code.slice(to),
    example,
  );
  const { outputText } = ts.transpileModule(instrumented, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      experimentalDecorators: true,
    },
  });
  return { code: outputText, comments: edits.length };
}

/**
 * @param {ts.Expression} expression
 * @returns {expression is ts.CallExpression}
 */
function isConsoleLog(expression) {
  return ts.isCallExpression(expression) && expression.expression.getText() === 'console.log';
}
