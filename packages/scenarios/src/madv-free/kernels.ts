/** Kernels by what their notes expect of them: the columns of the table of scenarios. */

/** Reclaim discards what is clean, whoever holds it. */
export const beforeFix = ['v4.12', 'v5.17-rc2'];

/** Reclaim discards only what nobody else holds. */
export const afterFix = [
  'v5.18',
  'v5.19',
  'v6.0',
  'v6.1',
  'v6.5',
  'v6.6',
  'v6.11',
  '+madv-free-refcount-check',
];

/** And what somebody holds stays lazyfree. */
export const since6_15 = ['v6.15'];

export const everyKernel = [...beforeFix, ...afterFix, ...since6_15];
