/**
 * The lines in which two versions of a document differ.
 *
 * @param {string} before
 * @param {string} after
 * @returns {string[]} as `- before` and `+ after`; empty where the versions are equal
 */
export function differences(before, after) {
  if (before === after) return [];
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  const lines = [
    ...old.filter((line) => !fresh.includes(line)).map((line) => `- ${line}`),
    ...fresh.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ];
  return lines.length > 0 ? lines : ['the same lines stand in another order, or more than once'];
}
