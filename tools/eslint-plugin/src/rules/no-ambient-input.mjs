/** Globals that differ from one run to the next. */
const ambient = new Set([
  'crypto',
  'Date',
  'performance',
  'process',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
]);

/**
 * The explorer runs a model function again from its start and expects the same accesses in the same
 * order. A clock, a random number or a timer would break the replay, at best with a model error.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
export const noAmbientInput = {
  meta: {
    type: 'problem',
    docs: { description: 'Model code is deterministic: no clock, no random number, no timer.' },
    messages: {
      ambient:
        '{{name}} differs from run to run, and the explorer must be able to repeat this code exactly. Take a choice from choose(), and state from a cell.',
    },
    schema: [],
  },
  create(context) {
    return {
      'MemberExpression[object.name="Math"][property.name="random"]'(
        /** @type {import('eslint').Rule.Node} */ node,
      ) {
        context.report({ node, messageId: 'ambient', data: { name: 'Math.random' } });
      },
      'Program:exit'(program) {
        for (const { identifier } of globalReferences(context.sourceCode.getScope(program))) {
          const { name } = identifier;
          if (!ambient.has(name)) continue;
          context.report({ node: identifier, messageId: 'ambient', data: { name } });
        }
      },
    };
  },
};

/**
 * References to what the program does not itself declare: those that found nothing, and those that
 * found a variable of the environment. A mention as a type says nothing about a value.
 *
 * @param {import('eslint').Scope.Scope} global
 */
function globalReferences(global) {
  const environment = global.variables.filter(({ defs }) => defs.length === 0);
  const references = new Set([
    ...global.through,
    ...environment.flatMap((variable) => variable.references),
  ]);
  return [...references].filter(
    (reference) => !(/** @type {{ isTypeReference?: boolean }} */ (reference).isTypeReference),
  );
}
