import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Edit
 * @property {string} file the path of the edited file
 * @property {string} from text that the file has once
 * @property {string} to what stands in its place
 */

/**
 * Lets the tests of a run see one source edited. The file itself stays as it is.
 *
 * @param {string | undefined} path of a file with the {@link Edit} as JSON
 * @returns {import('vite').Plugin[]} none without a path
 */
export function mutant(path) {
  if (path === undefined) return [];
  /** @type {Edit} */
  const { file, from, to } = JSON.parse(readFileSync(path, 'utf8'));
  return [
    {
      name: 'pagerace:mutant',
      enforce: 'pre',
      transform: (code, id) => {
        if (id.split('?')[0] !== file) return undefined;
        if (!code.includes(from)) throw new Error(`${file} does not have the text to be edited`);
        return { code: code.replace(from, () => to), map: null };
      },
    },
  ];
}
