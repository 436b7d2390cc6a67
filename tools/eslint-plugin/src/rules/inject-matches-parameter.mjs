import { ESLintUtils } from '@typescript-eslint/utils';

/**
 * A parameter decorator cannot see the type of its parameter, so TypeScript accepts any token on any
 * parameter. This rule compares the two, and asks for a token on every parameter: without one the
 * container would have nothing to go by, since no type metadata is emitted.
 */
export const injectMatchesParameter = ESLintUtils.RuleCreator.withoutDocs({
  meta: {
    type: 'problem',
    docs: { description: 'The token of @inject() fits the parameter that it decorates.' },
    messages: {
      mismatch: '@inject({{token}}) gives {{given}}, and the parameter is {{wanted}}.',
      missing: 'Every constructor parameter of an @injectable() class needs an @inject(TOKEN).',
      untyped: '@inject() takes a token made with token<T>().',
    },
    schema: [],
  },
  defaultOptions: [],
  create(context) {
    const services = ESLintUtils.getParserServices(context);
    const checker = services.program.getTypeChecker();

    /**
     * The T of a Token<T>: what the brand's function returns.
     *
     * @param {import('typescript').Type} type
     */
    function typeOfToken(type) {
      const brand = type.getProperties().find(({ name }) => name.startsWith('__@type@'));
      return brand && checker.getTypeOfSymbol(brand).getCallSignatures()[0]?.getReturnType();
    }

    return {
      'MethodDefinition[kind="constructor"]'(
        /** @type {import('@typescript-eslint/utils').TSESTree.MethodDefinition} */ constructor,
      ) {
        const owner = constructor.parent.parent;
        const injectable = decorator(owner, 'injectable') !== undefined;
        for (const parameter of constructor.value.params) {
          const inject = decorator(parameter, 'inject');
          if (!inject) {
            if (injectable) context.report({ node: parameter, messageId: 'missing' });
            continue;
          }
          const [token] = inject.arguments;
          if (!token) continue;
          const given = typeOfToken(services.getTypeAtLocation(token));
          if (!given) {
            context.report({ node: token, messageId: 'untyped' });
            continue;
          }
          const wanted = services.getTypeAtLocation(
            parameter.type === 'TSParameterProperty' ? parameter.parameter : parameter,
          );
          if (checker.isTypeAssignableTo(given, wanted)) continue;
          context.report({
            node: parameter,
            messageId: 'mismatch',
            data: {
              token: context.sourceCode.getText(token),
              given: checker.typeToString(given),
              wanted: checker.typeToString(wanted),
            },
          });
        }
      },
    };
  },
});

/**
 * The call in `@name(…)`, if the class or parameter has that decorator.
 *
 * @param {import('@typescript-eslint/utils').TSESTree.Node} node
 * @param {string} name
 */
function decorator(node, name) {
  for (const { expression } of 'decorators' in node ? node.decorators : []) {
    if (
      expression.type === 'CallExpression' &&
      expression.callee.type === 'Identifier' &&
      expression.callee.name === name
    ) {
      return expression;
    }
  }
  return undefined;
}
