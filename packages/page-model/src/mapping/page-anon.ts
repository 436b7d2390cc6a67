import { defineKernelFunction } from '@pagerace/machine';
import type { Page } from '../page/page.js';
import { AnonVma } from './anon-vma.js';
import { StableNode } from './stable-node.js';

/** PageAnon(): PageKsm() is a part of it. */
export const PageAnon = defineKernelFunction(
  'include/linux/page-flags.h',
  'PageAnon',
  (page: Page): boolean => {
    const mapping = page.mapping.read();
    return mapping instanceof AnonVma || mapping instanceof StableNode;
  },
);

/** PageKsm(): an anonymous page that KSM has merged, and that nobody writes to any more. */
export const PageKsm = defineKernelFunction(
  'include/linux/page-flags.h',
  'PageKsm',
  (page: Page): boolean => page.mapping.read() instanceof StableNode,
);
