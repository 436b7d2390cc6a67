import type { Suite, SuiteRow } from '../suite.js';
import { cowLayouts, missingLayouts } from './layouts.js';
import { type CowRow, cowRows } from './rows.js';
import { cowScenario } from './scenario.js';

/** Of huge pages alone: a test that collapses one again is run on it as it was allocated. */
const layoutsOf = ({ collapses = false }: CowRow): readonly string[] =>
  collapses ? ['thp'] : [...cowLayouts, ...missingLayouts].map(({ id }) => id);

function suiteRow(row: CowRow): SuiteRow {
  const ids = layoutsOf(row);
  const made = cowLayouts.filter(({ id }) => ids.includes(id));
  return {
    number: row.number,
    name: row.name,
    needs: row.needs,
    layouts: ids,
    scenario: cowScenario(row, made),
    ...(row.collapses === true ? { skips: 'MADV_COLLAPSE failed' } : {}),
  };
}

/** cow.c, but for its tests of memory that is not anonymous. */
export const cow: Suite = {
  id: 'cow',
  title: 'copy-on-write of anonymous memory',
  source: 'tools/testing/selftests/mm/cow.c',
  rows: cowRows.map(suiteRow),
  layouts: [...cowLayouts, ...missingLayouts],
};
