import { noSuch } from './nearest.js';
import { UsageError } from './usage-error.js';

/** A setting of a scenario, as a user may give it on a command line. */
export interface Parameter<T> {
  readonly description: string;
  readonly default: T;
  /** What may be given, for help: `1 to 4`. */
  readonly range: string;
  /**
   * Whether the ids of executions do not tell its default: a parameter that is added to a scenario then
   * leaves the ids alone that there are.
   */
  readonly silentDefault?: boolean;
  /** @throws {UsageError} when the value is not one of the range */
  readonly parse: (name: string, given: unknown) => T;
}

/** The parameters of a scenario, by name. */
export type ParameterSet = Readonly<Record<string, Parameter<unknown>>>;

/** The values of a parameter set. */
export type ParameterValues<Set extends ParameterSet> = {
  readonly [Name in keyof Set]: Set[Name] extends Parameter<infer T> ? T : never;
};

/** A whole number, both bounds included. */
export function integerParameter(
  description: string,
  {
    default: standard,
    minimum,
    maximum,
    silentDefault = false,
  }: { default: number; minimum: number; maximum: number; silentDefault?: boolean },
): Parameter<number> {
  const range = `${String(minimum)} to ${String(maximum)}`;
  return {
    description,
    default: standard,
    range,
    silentDefault,
    parse: (name, given) => {
      const value = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
      if (
        typeof value !== 'number' ||
        !Number.isInteger(value) ||
        value < minimum ||
        value > maximum
      ) {
        throw new UsageError(`${name} must be a whole number from ${range}, not ${shown(given)}`);
      }
      return value;
    },
  };
}

/** One of a few words. */
export function choiceParameter<const Word extends string>(
  description: string,
  words: readonly [Word, ...Word[]],
): Parameter<Word> {
  const range = words.join(' | ');
  return {
    description,
    default: words[0],
    range,
    parse: (name, given) => {
      const word = words.find((one) => one === given);
      if (word === undefined) throw new UsageError(`${name} must be ${range}, not ${shown(given)}`);
      return word;
    },
  };
}

/** Yes or no. */
export function flagParameter(description: string, standard = false): Parameter<boolean> {
  return {
    description,
    default: standard,
    range: 'true | false',
    parse: (name, given) => {
      if (given === true || given === 'true') return true;
      if (given === false || given === 'false') return false;
      throw new UsageError(`${name} must be true or false, not ${shown(given)}`);
    },
  };
}

/** Bytes, one per character U+0000–U+00FF, such as those of a file that stands for a device. */
export function bytesParameter(description: string, standard = '\0'): Parameter<string> {
  return {
    description,
    default: standard,
    range: 'bytes',
    parse: (name, given) => {
      if (typeof given !== 'string' || given === '')
        throw new UsageError(`${name} must be some bytes`);
      return given;
    },
  };
}

/** @throws {UsageError} for a name that the set does not have, or a value out of range */
export function parseParameters<Set extends ParameterSet>(
  set: Set,
  given: Readonly<Record<string, unknown>>,
): ParameterValues<Set> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(set, name)) throw noSuch('parameter', name, Object.keys(set));
  }
  return Object.fromEntries(
    Object.entries(set).map(([name, parameter]) => [
      name,
      Object.hasOwn(given, name) ? parameter.parse(name, given[name]) : parameter.default,
    ]),
  ) as ParameterValues<Set>;
}

/** What was given, in a message: a file's bytes not whole. */
function shown(given: unknown): string {
  const text = String(given);
  if (text === '') return "''";
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
