/**
 * A CPU of the model that has to wait is left by throwing a private signal through it. Code that
 * catches everything would swallow the signal and go on as if it had got what it waited for.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
export const noCatchAll = {
  meta: {
    type: 'problem',
    docs: { description: 'Model code passes on every exception that it does not know.' },
    messages: {
      swallowed:
        'The explorer stops a waiting CPU by throwing through it: rethrow the caught exception unless it is one that this code knows.',
    },
    schema: [],
  },
  create(context) {
    return {
      CatchClause(node) {
        const { param, body } = node;
        const last = body.body.at(-1);
        const rethrows =
          param?.type === 'Identifier' &&
          last?.type === 'ThrowStatement' &&
          last.argument.type === 'Identifier' &&
          last.argument.name === param.name;
        if (!rethrows) context.report({ node, messageId: 'swallowed' });
      },
    };
  },
};
