import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/** @param {string} path from the root @returns {any} */
export const readJson = (path) => JSON.parse(readFileSync(`${root}/${path}`, 'utf8'));

/** @param {string} parent @returns {{ folder: string, manifest: any }[]} */
const packagesIn = (parent) =>
  readdirSync(`${root}/${parent}`)
    .map((name) => `${parent}/${name}`)
    .map((folder) => ({ folder, manifest: readJson(`${folder}/package.json`) }));

/** Everything that others install. */
export const published = [...packagesIn('packages'), ...packagesIn('apps')];
