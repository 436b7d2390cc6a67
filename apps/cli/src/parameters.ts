import { readFileSync } from 'node:fs';
import { UsageError } from './failure.js';

/**
 * Reads settings of a scenario's parameters, each `name=value`. A value that begins with `@` names a
 * file whose bytes are the value.
 */
export function readParameters(settings: readonly string[] = []): Record<string, string> {
  const parameters = new Map<string, string>();
  for (const setting of settings) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
    if (name === undefined || value === undefined) {
      throw new UsageError(`--set takes name=value, not ${setting}`);
    }
    if (parameters.has(name)) throw new UsageError(`--set names ${name} twice`);
    parameters.set(name, value.startsWith('@') ? readBytes(value.slice(1)) : value);
  }
  return Object.fromEntries(parameters);
}

/** A file's bytes, one character each. */
export function readBytes(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (thrown) {
    throw new UsageError(`${file} cannot be read: ${reasonOf(thrown)}`);
  }
}

/** Why a file or a folder could not be used. */
export function reasonOf(thrown: unknown): string {
  switch ((thrown as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EEXIST':
    case 'ENOTDIR':
      return 'it is a file';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return thrown instanceof Error ? thrown.message : String(thrown);
  }
}
