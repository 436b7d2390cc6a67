import { explorer } from './explorer.mjs';
import { files } from './files.mjs';
import { kernel } from './kernel.mjs';
import { ksm } from './ksm.mjs';
import { memoryModels } from './memory-models.mjs';

/** Every mutant. */
export const mutants = [...explorer, ...memoryModels, ...kernel, ...ksm, ...files];
