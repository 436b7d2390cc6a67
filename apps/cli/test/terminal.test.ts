import { expect, it } from 'vitest';
import { wantsColours } from '../src/terminal.js';

it.each([
  ['a terminal', true, {}, true, true],
  ['a pipe', true, {}, false, false],
  ['a dumb terminal', true, { TERM: 'dumb' }, true, false],
  ['FORCE_COLOR', true, { FORCE_COLOR: '1' }, false, true],
  ['FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, true, false],
  ['NO_COLOR', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ['an empty NO_COLOR', true, { NO_COLOR: '' }, true, true],
  ['--no-color', false, { FORCE_COLOR: '1' }, true, false],
] as const)('colours with %s', (_, asked, environment, isTerminal, wanted) => {
  expect(wantsColours(asked, environment, isTerminal)).toBe(wanted);
});
