import { basename, dirname, resolve } from 'node:path';

/**
 * For each litmus test the name of its graph: the file's own, with the folder before it where several
 * files are called so, and a number where even that is one name for two.
 */
export function graphNames(files: readonly string[]): ReadonlyMap<string, string> {
  const own = files.map((file) => basename(file, '.litmus'));
  const taken = new Set<string>();
  return new Map(
    files.map((file, nth) => {
      const isAlone = own.indexOf(own[nth]!) === own.lastIndexOf(own[nth]!);
      const name = isAlone ? own[nth]! : `${basename(dirname(resolve(file)))}-${own[nth]!}`;
      let free = name;
      for (let number = 2; taken.has(free); number++) free = `${name}-${String(number)}`;
      taken.add(free);
      return [file, `${free}.dot`];
    }),
  );
}
