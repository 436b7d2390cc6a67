import { injectMatchesParameter } from '../src/rules/inject-matches-parameter.mjs';
import { ruleTester, snippet } from './rule-tester.mjs';

/** @param {string} parameters */
const classWith = (parameters) => ({
  name: parameters || 'no parameters',
  ...snippet(`
    declare const type: unique symbol;
    type Token<T> = symbol & { readonly [type]: (_: T) => T };
    declare function inject<T>(token: Token<T>): ParameterDecorator;
    declare function injectable(): ClassDecorator;

    interface Clock { now(): number }
    interface Timer extends Clock { stop(): void }
    declare const CLOCK: Token<Clock>;
    declare const TIMER: Token<Timer>;
    declare const SIZE: Token<number>;

    @injectable()
    class Example {
      constructor(${parameters}) {}
    }
  `),
});

// The two packages describe one and the same rule by types that do not quite meet.
const rule = /** @type {import('eslint').Rule.RuleModule} */ (
  /** @type {unknown} */ (injectMatchesParameter)
);

ruleTester.run('inject-matches-parameter', rule, {
  valid: [
    classWith('@inject(CLOCK) readonly clock: Clock, @inject(SIZE) size: number'),
    classWith('@inject(TIMER) private readonly clock: Clock'),
    classWith(''),
    snippet('class Plain { constructor(readonly size: number) {} }'),
  ],
  invalid: [
    {
      ...classWith('@inject(SIZE) private readonly clock: Clock'),
      errors: [
        { messageId: 'mismatch', data: { token: 'SIZE', given: 'number', wanted: 'Clock' } },
      ],
    },
    {
      ...classWith('@inject(CLOCK) timer: Timer'),
      errors: [
        { messageId: 'mismatch', data: { token: 'CLOCK', given: 'Clock', wanted: 'Timer' } },
      ],
    },
    {
      ...classWith('@inject(CLOCK) clock: Clock, size: number'),
      errors: [{ messageId: 'missing' }],
    },
    {
      ...classWith('@inject(Symbol("clock")) clock: Clock'),
      errors: [{ messageId: 'untyped' }],
    },
  ],
});
