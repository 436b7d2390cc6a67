import type { Suite, SuiteLayout, SuiteRow } from '../suite.js';
import { cowLayouts, missingLayouts, missingNonAnonLayouts, nonAnonLayouts } from './layouts.js';
import { type CowRow, cowRows } from './rows.js';
import { cowScenario } from './scenario.js';

const made = [...cowLayouts, ...nonAnonLayouts];
const anonymous: readonly SuiteLayout[] = [...cowLayouts, ...missingLayouts];
const nonAnonymous: readonly SuiteLayout[] = [...nonAnonLayouts, ...missingNonAnonLayouts];

/** Of huge pages alone: a test that collapses one again is run on it as it was allocated. */
function layoutsOf({ collapses = false, isNonAnon = false }: CowRow): readonly string[] {
  if (collapses) return ['thp'];
  return (isNonAnon ? nonAnonymous : anonymous).map(({ id }) => id);
}

function suiteRow(row: CowRow): SuiteRow {
  const ids = layoutsOf(row);
  return {
    number: row.number,
    name: row.name,
    needs: row.needs,
    layouts: ids,
    scenario: cowScenario(
      row,
      made.filter(({ id }) => ids.includes(id)),
    ),
    ...(row.collapses === true ? { skips: 'MADV_COLLAPSE failed' } : {}),
  };
}

export const cow: Suite = {
  id: 'cow',
  title: 'copy-on-write of private mappings',
  source: 'tools/testing/selftests/mm/cow.c',
  rows: cowRows.map(suiteRow),
  layouts: [...anonymous, ...nonAnonymous],
};
