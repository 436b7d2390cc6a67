import { compareReleases, type Release } from '@pagerace/history';
import type { Kernel, Scenario } from '@pagerace/kernel';

/** What a test asks of a kernel besides the behaviour that it tests. */
export interface Feature {
  readonly name: string;
  /** The first release that has it. */
  readonly since: Release;
}

/** One test, whatever memory it is run on. */
export interface SuiteRow {
  readonly number: number;
  /** As the test prints it. */
  readonly name: string;
  /** The test as a program, whose parameter `layout` is the id of a layout. */
  readonly scenario: Scenario;
  /** Without which the test does not run on a real kernel. */
  readonly needs: readonly Feature[];
  /** The ids of the layouts that it is run on. */
  readonly layouts: readonly string[];
  /** What the test says when it skips itself on the way. */
  readonly skips?: string;
}

/** What memory a test is run on. */
export interface SuiteLayout {
  readonly id: string;
  /** As the test prints it, behind `with`. */
  readonly name: string;
  readonly needs: readonly Feature[];
  /** What the model lacks, where it cannot be run. */
  readonly missing?: string;
  /** What the test says when the layout does not come about. */
  readonly skips?: string;
}

/** A test program of the kernel, as data: every row is run on each of its layouts. */
export interface Suite {
  readonly id: string;
  readonly title: string;
  /** The test's source. */
  readonly source: string;
  readonly rows: readonly SuiteRow[];
  readonly layouts: readonly SuiteLayout[];
}

/** The features that a kernel lacks: the outcome is what it would be if it had them. */
export function lacking(kernel: Kernel, features: readonly Feature[]): readonly Feature[] {
  return features.filter(({ since }) => compareReleases(kernel.release, since) < 0);
}
