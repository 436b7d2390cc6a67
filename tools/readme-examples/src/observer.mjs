import { format, inspect } from 'node:util';

/**
 * What an instrumented example calls for each of its comments.
 *
 * @param {(index: number, expected: string, printed: string) => void} compare
 */
export function observer(compare) {
  /** @param {number} index @param {string} expected @param {unknown[]} printed */
  const observe = (index, expected, ...printed) => {
    compare(index, expected, format(...printed));
  };
  return Object.assign(observe, { inspect });
}
