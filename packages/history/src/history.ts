import type { Token, Wiring } from '@pagerace/di';
import { HistoryError } from './history-error.js';
import type { Commit, PatchFacts } from './patch.js';
import { compareReleases, isRelease, type Release } from './release.js';

/** What fills a seam: a class, built once per run, or a value, such as a setting. No value is a function. */
export type Filling<T> = (new (...args: never[]) => T) | T;

/**
 * How a variant came about: it is the oldest that is modelled, a commit brought it, it was posted and
 * never merged, or it is of no kernel and asks what would be if it were.
 */
export type Origin = 'oldest' | 'merged' | 'posted' | 'asked';

/** One form of a function, for a seam of type `T`. */
export interface Variant<T> {
  readonly origin: Origin;
  /** The release since which it holds; none for what no release has. */
  readonly since?: Release;
  /** What brought it; of the oldest, if that is known. */
  readonly patch?: PatchFacts;
  readonly filling: T;
}

/**
 * The oldest form that is modelled.
 *
 * @param from the release since which it is right, or the commit that brought it
 */
export function asOf<T>(from: Release | Commit, filling: T): Variant<T> {
  return typeof from === 'string'
    ? { origin: 'oldest', since: from, filling }
    : { origin: 'oldest', since: from.since, patch: from, filling };
}

/** The form that a commit gave the function. */
export function since<T>(patch: Commit, filling: T): Variant<T> {
  return { origin: 'merged', since: patch.since, patch, filling };
}

/** A version of a commit that follows it in the list: posted on top of what comes before it, and never merged. */
export function posted<T>(patch: PatchFacts, filling: T): Variant<T> {
  return { origin: 'posted', patch, filling };
}

/** A proposal, or a form that asks what something is for. It takes the place of any other. */
export function asked<T>(patch: PatchFacts, filling: T): Variant<T> {
  return { origin: 'asked', patch, filling };
}

/** One form of a function, whatever the type of its seam. */
export interface AnyVariant extends Omit<Variant<unknown>, 'filling'> {
  /** The name of its class, or its value as text. */
  readonly name: string;
  /** The commits that it was written on top of, and that a kernel must have: those before it. */
  readonly buildsOn: readonly PatchFacts[];
  /** Binds the token of the history to it. */
  bind(wiring: Wiring): void;
  /** The same of a token that is bound to another. */
  override(wiring: Wiring): void;
}

/** A function of the kernel, or a few that changed together, and what it was from release to release. */
export interface History {
  /** Of the seam; none for code that has one form only. */
  readonly token?: symbol;
  /** File and function: `mm/rmap.c:try_to_unmap_one()`. */
  readonly code: string;
  /** The release from which the oldest form is right. */
  readonly since: Release;
  /** Oldest first; those that no release has stand where they were posted, or last. */
  readonly variants: readonly AnyVariant[];
}

/**
 * Tells the history of the function behind a seam.
 *
 * @param code file and function, as the kernel names them
 * @param variants oldest first; the first says as of when it is right
 * @throws {HistoryError} for a list out of order, or with one patch twice
 */
export function history<T>(
  token: Token<T>,
  code: string,
  variants: readonly Variant<Filling<NoInfer<T>>>[],
): History {
  check(code, variants);
  const merged: PatchFacts[] = [];
  return {
    token,
    code,
    since: variants[0]!.since!,
    variants: variants.map(({ filling, ...facts }) => {
      const buildsOn = facts.origin === 'asked' ? [] : [...merged];
      if (facts.origin === 'merged') merged.push(facts.patch!);
      return {
        ...facts,
        name: isClass(filling) ? filling.name : JSON.stringify(filling),
        buildsOn,
        bind: (wiring: Wiring): void => {
          if (isClass(filling)) wiring.bind(token, filling);
          else wiring.bindValue(token, filling);
        },
        override: (wiring: Wiring): void => {
          if (isClass(filling)) wiring.override(token, filling);
          else wiring.overrideValue(token, filling);
        },
      };
    }),
  };
}

/** Says as of when code is right that has one form only. */
export function unchanged(code: string, release: Release): History {
  check(code, [asOf(release, undefined)]);
  return { code, since: release, variants: [] };
}

/** Binds the seams of histories to the oldest form of each. */
export function bindOldest(wiring: Wiring, histories: readonly History[]): void {
  for (const { variants } of histories) variants[0]?.bind(wiring);
}

function isClass<T>(filling: Filling<T>): filling is new (...args: never[]) => T {
  return typeof filling === 'function';
}

function check(code: string, variants: readonly Variant<unknown>[]): void {
  const must = (holds: boolean, what: string): void => {
    if (!holds) throw new HistoryError(`the history of ${code}: ${what}`);
  };
  must(
    variants[0]?.origin === 'oldest',
    'its first variant must say as of which release it is right: asOf()',
  );
  const seen = new Set<string>();
  let latest = variants[0]!.since!;
  for (const [nth, { origin, since: release, patch }] of variants.entries()) {
    must(nth === 0 || origin !== 'oldest', 'only its first variant is asOf() a release');
    if (patch !== undefined) must(!seen.has(patch.id), `it has two variants of ${patch.id}`);
    if (patch !== undefined) seen.add(patch.id);
    if (release === undefined) continue;
    must(isRelease(release), `${release} is no release; one is v5.18, or v5.17-rc2`);
    must(
      compareReleases(latest, release) <= 0,
      `${patch?.id ?? 'a variant'} of ${release} stands behind one of ${latest}; the oldest comes first`,
    );
    latest = release;
  }
}
