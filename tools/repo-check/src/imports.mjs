import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import ts from 'typescript';

/**
 * The packages, Node's own aside, that the TypeScript files in and under a folder import.
 *
 * @param {string} folder
 * @returns {Set<string>}
 */
export function importedPackages(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const specifiers = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => ts.preProcessFile(readFileSync(`${folder}/${file}`, 'utf8')).importedFiles)
    .map(({ fileName }) => fileName);
  return new Set(
    specifiers
      .filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier))
      .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier),
  );
}
