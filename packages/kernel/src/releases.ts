import type { Release } from '@pagerace/history';

/**
 * The releases that are listed, of those that can be named: each is the first, or the last before it, at
 * which a published scenario changes its verdict, or the one that a fix was tested on.
 */
export const listedReleases: readonly Release[] = [
  'v4.12',
  'v5.17-rc2',
  'v5.18',
  'v5.19',
  'v6.0',
  'v6.1',
  'v6.5',
  'v6.6',
  'v6.11',
  'v6.15',
];
