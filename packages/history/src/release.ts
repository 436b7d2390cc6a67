/** A release by its tag: `v5.18`, or `v5.17-rc2`. */
export type Release = string;

const tag = /^v(\d+)\.(\d+)(?:-rc(\d+))?$/;

/** Whether a text is the tag of a release or of a candidate of one, whether or not that was ever made. */
export function isRelease(text: string): boolean {
  return tag.test(text);
}

/** Which of two releases is older: less than 0 for `one`, 0 for neither. A candidate is older than its release. */
export function compareReleases(one: Release, other: Release): number {
  const [left, right] = [numbersOf(one), numbersOf(other)];
  const nth = left.findIndex((number, at) => number !== right[at]);
  return nth < 0 ? 0 : left[nth]! - right[nth]!;
}

function numbersOf(release: Release): readonly number[] {
  const [, major, minor, candidate = '1000'] = tag.exec(release)!;
  return [major, minor, candidate].map(Number);
}
