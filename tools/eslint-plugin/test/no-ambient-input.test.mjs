import { noAmbientInput } from '../src/rules/no-ambient-input.mjs';
import { ruleTester, snippet } from './rule-tester.mjs';

/** @param {string} name */
const ambient = (name) => [{ messageId: 'ambient', data: { name } }];

ruleTester.run('no-ambient-input', noAmbientInput, {
  valid: [
    snippet('Math.max(1, 2);'),
    snippet('class Page { now() { return 1; } } new Page().now();'),
    snippet('function run(Date: { now(): number }) { return Date.now(); }'),
    snippet('let since: Date | undefined;'),
  ],
  invalid: [
    { ...snippet('Date.now();'), errors: ambient('Date') },
    { ...snippet('new Date();'), errors: ambient('Date') },
    { ...snippet('function f() { return performance.now(); }'), errors: ambient('performance') },
    { ...snippet('const coin = Math.random() < 0.5;'), errors: ambient('Math.random') },
    { ...snippet('setTimeout(() => {}, 1);'), errors: ambient('setTimeout') },
    { ...snippet('if (process.env.DEBUG) {}'), errors: ambient('process') },
  ],
});
