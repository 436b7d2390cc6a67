import { describe, expect, it } from 'vitest';
import { firstExample } from '../src/first-example.mjs';
import { instrument } from '../src/instrument.mjs';
import { observer } from '../src/observer.mjs';

/** @param {string} example */
function observations(example) {
  const { code, comments } = instrument(example);
  /** @type {[index: number, expected: string, printed: string][]} */
  const seen = [];
  new Function('observe', code)(
    observer((index, text, printed) => {
      seen.push([index, text, printed]);
    }),
  );
  return { seen, comments };
}

describe('instrument', () => {
  it('compares what is printed, formatted as console.log does', () => {
    expect(observations(`console.log('%d of', 3, [1]); // → 3 of [ 1 ]`).seen).toEqual([
      [0, '3 of [ 1 ]', '3 of [ 1 ]'],
    ]);
  });

  it('compares the value of any other expression', () => {
    expect(observations(`const x: string = 'a';\nx; // → 'a'`).seen).toEqual([[0, "'a'", "'a'"]]);
  });

  it('reads on in the comment lines below', () => {
    const example = ["console.log('a\\n  b\\nc');", '// → a', '//     b', '//   c'].join('\n');
    expect(observations(example).seen).toEqual([[0, 'a\n  b\nc', 'a\n  b\nc']]);
  });

  it('looks into functions and loops, and counts each comment once', () => {
    const { seen, comments } = observations(
      `for (const i of [1, 2]) { i > 0; // → true\n }\nif (false) { console.log(1); // → 1\n }`,
    );
    expect(seen).toHaveLength(2);
    expect(comments).toBe(2);
  });

  it('leaves other comments alone', () => {
    expect(observations(`console.log; // not an arrow`)).toEqual({ seen: [], comments: 0 });
  });
});

describe('firstExample', () => {
  it('is the first block and no later one', () => {
    expect(firstExample('# x\n\n```ts\na;\n```\n\n```ts\nb;\n```\n')).toBe('a;\n');
    expect(firstExample('# x\n\n```sh\nls\n```\n\n```ts\nb;\n```\n')).toBeUndefined();
    expect(firstExample('# x\n')).toBeUndefined();
  });
});
