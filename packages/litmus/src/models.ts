import { type ReferenceModel, referenceModels } from '@pagerace/memory-models';

import { type Architecture } from './test.js';

/** The model by which a test is judged unless another is asked for. */
const models: Readonly<Record<Architecture, string>> = {
  C: 'lkmm',
  X86_64: 'tso',
  AArch64: 'armv8',
  PPC: 'power',
  RISCV: 'riscv',
};

export function defaultModel(architecture: Architecture): ReferenceModel {
  return modelNamed(models[architecture]);
}

/** @throws RangeError if there is no such model; its message lists those that there are. */
export function modelNamed(id: string): ReferenceModel {
  const model = referenceModels.find((candidate) => candidate.id === id);
  if (model) return model;
  const known = referenceModels.map((candidate) => candidate.id).join(', ');
  throw new RangeError(`there is no memory model '${id}'; known: ${known}`);
}
