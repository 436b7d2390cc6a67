import { explore } from '@pagerace/explorer';
import { composeRun, MisfitError } from '@pagerace/kernel';
import { dropped, OrderingSites } from '@pagerace/machine';
import { registry } from './registry.mjs';

/**
 * @typedef {object} Cell what a table has in one place
 * @property {string} scenario
 * @property {string} kernel with its patches
 * @property {string} architecture
 * @property {string} [model] by default the architecture's own
 * @property {Record<string, unknown>} [parameters]
 * @property {readonly string[]} [without] ordering sites that are dropped
 */

/** @type {Map<string, string>} the outcomes that are known, by their cell */
const known = new Map();
/** @type {Map<string, Cell>} the cells that were asked for and are not known yet */
const missing = new Map();

/**
 * What comes out of a scenario, in a few words.
 *
 * @param {Cell} cell
 * @returns {string} as {@link exploredOutcome} has it; empty as long as it is not known
 */
export function outcome(cell) {
  const key = JSON.stringify(cell);
  const is = known.get(key);
  if (is === undefined) missing.set(key, cell);
  return is ?? '';
}

/**
 * Writes a document whose outcomes are explored on the way, several at a time.
 *
 * @param {() => string} write asks for outcomes, and is called again when they are known
 * @param {(cells: readonly Cell[]) => Promise<readonly string[]>} explore
 */
export async function written(write, explore) {
  for (;;) {
    const text = write();
    if (missing.size === 0) return text;
    const cells = [...missing];
    missing.clear();
    const outcomes = await explore(cells.map(([, cell]) => cell));
    for (const [nth, [key]] of cells.entries()) known.set(key, outcomes[nth] ?? '');
  }
}

/**
 * Explores a scenario whole.
 *
 * @param {Cell} cell
 * @returns {string} such as `✗ I-DIO: 8 of 109`; nothing where the architecture lacks what the scenario needs
 */
export function exploredOutcome(cell) {
  try {
    return explored(cell);
  } catch (error) {
    if (error instanceof MisfitError) return '';
    throw error;
  }
}

/** @param {Cell} cell */
function explored({ scenario, kernel, architecture: id, model, parameters = {}, without = [] }) {
  const architecture = registry.architecture(id);
  const run = composeRun({
    scenario: registry.scenario(scenario),
    kernel: registry.kernel(kernel),
    architecture,
    model: registry.model(model ?? architecture.model),
    parameters,
    orderingSites: new OrderingSites(without.map((site) => [site, dropped])),
  });
  const result = explore(run.setup, { model: run.model, mustCover: run.mustCover });
  const all = result.executions.toLocaleString('en');
  switch (result.verdict) {
    case 'verified':
      return [`✓ ${all}`, ...(result.observations ?? []).map(observed)].join('; ');
    case 'violated': {
      const properties = [...new Set(result.violations.map(({ property }) => property))].sort();
      return `✗ ${properties.join(', ')}: ${result.violating.toLocaleString('en')} of ${all}`;
    }
    case 'vacuous':
      return `– ${result.neverCovered.join(', ')} never applies`;
    default:
      throw new Error(`${scenario} on ${kernel}: ${result.verdict}: ${result.covers}`);
  }
}

/** @param {import('@pagerace/explorer').ViolationReport} report */
const observed = ({ property, executions }) =>
  `allowed: ${property} ${executions.toLocaleString('en')}`;
