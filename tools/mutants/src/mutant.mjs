import { existsSync, readFileSync } from 'node:fs';
import { parseSync } from 'vite';

/**
 * @typedef {object} Mutant a small fault
 * @property {string} id
 * @property {string} fault what the mutant does wrong, in the words of the code that it is planted in
 * @property {string} file the path of the source from the root of the repository
 * @property {string} from text that the file has once
 * @property {string} to what stands in its place
 * @property {readonly string[]} watchers packages whose tests claim to notice the fault: their folders, or test files
 * @property {string} [equivalent] why nothing that a test can see changes
 */

/**
 * @param {string} root of the repository, with a slash at its end
 * @param {readonly Mutant[]} mutants
 * @returns {string[]} what is wrong with the list, a line each
 */
export function misfits(root, mutants) {
  const lines = [];
  const ids = new Set();
  for (const { id, file, from, to, watchers } of mutants) {
    if (ids.has(id)) lines.push(`${id}: there are two of that name`);
    ids.add(id);
    if (!existsSync(root + file)) lines.push(`${id}: there is no file ${file}`);
    else {
      const source = readFileSync(root + file, 'utf8');
      const times = source.split(from).length - 1;
      if (times !== 1)
        lines.push(`${id}: ${file} has the text to be edited ${times} times, not once`);
      else if (
        parseSync(
          file,
          source.replace(from, () => to),
        ).errors.length > 0
      )
        lines.push(`${id}: ${file} cannot be parsed any more: every test would fail`);
    }
    if (from === to) lines.push(`${id}: it changes nothing`);
    if (watchers.length === 0) lines.push(`${id}: no test watches it`);
    for (const watcher of watchers)
      if (!existsSync(root + watcher)) lines.push(`${id}: there is nothing at ${watcher}`);
  }
  return lines;
}
