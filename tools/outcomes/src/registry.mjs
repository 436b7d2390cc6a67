import { archX86 } from '@pagerace/arch-x86';
import { Registry } from '@pagerace/kernel';
import { sc, tso } from '@pagerace/memory-models';
import { patches } from '@pagerace/patches';
import { scenarios } from '@pagerace/scenarios';

/** Everything that the tables are made of. */
export const registry = new Registry([
  { id: '@pagerace/memory-models', models: [sc, tso] },
  archX86,
  patches,
  scenarios,
]);
