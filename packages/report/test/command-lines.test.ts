import { expect, it } from 'vitest';
import { commandLines } from '../src/index.js';

it('leaves a command that fits alone', () => {
  expect(commandLines('pagerace replay x 0123', 40)).toEqual(['pagerace replay x 0123']);
});

it('breaks at spaces first', () => {
  expect(commandLines('pagerace replay madv-free-dio 0123 --kernel v5.17', 40)).toEqual([
    'pagerace replay madv-free-dio 0123 \\',
    '  --kernel v5.17',
  ]);
});

it('breaks a long word where the shell joins it again', () => {
  expect(commandLines('0123456789', 6)).toEqual(['0123\\', '4567\\', '89']);
});

it('breaks no line inside quotes', () => {
  expect(commandLines("pagerace run x --set 'device=@a b'", 24)).toEqual([
    'pagerace run x \\',
    "  --set 'device=@a b'",
  ]);
});
