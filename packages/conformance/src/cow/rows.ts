import type { PropertyDefinition } from '@pagerace/kernel';
import type { Mm } from '@pagerace/page-model';
import type { Feature } from '../suite.js';
import type { CowTest, Half } from './cow-test.js';
import { fixedBuffers, madvCollapse, pinLongtermTest } from './features.js';

/** What a test finds out: by one of its processes. */
type Outcome = 'passed' | 'failed' | 'skipped';

/** What the processes of a test do. The one that finds out returns how the test ends. */
export interface CowProgram {
  readonly parent: () => Outcome | undefined;
  /** Without it the test has no child. */
  readonly child?: () => Outcome | undefined;
}

/** By what a test passes, and what it says if it does not. */
interface Criterion extends PropertyDefinition {
  readonly failure: string;
}

/** A test of cow.c, and the property by which it passes. */
export interface CowRow {
  readonly number: number;
  readonly name: string;
  readonly criterion: Criterion;
  readonly needs: readonly Feature[];
  /** What the test does, in a sentence or two. */
  readonly description: string;
  /** Of huge pages alone: the test makes one of the memory again. */
  readonly collapses?: boolean;
  /** Of memory that is not anonymous at first, and that another mapping has, too. */
  readonly isNonAnon?: boolean;
  /** The half of the memory that the child gets, where MADV_DONTFORK keeps the other from it. */
  readonly forked?: Half;
  readonly run: (test: CowTest, child: Mm) => CowProgram;
}

const noLeakIntoChild: Criterion = {
  id: 'I-CONF-child',
  statement: 'The child does not see what the parent stores after the fork, through any reference.',
  failure: 'leak from parent into child',
};

const noLeakIntoParent: Criterion = {
  id: 'I-CONF-parent',
  statement: 'The parent does not see what the child stores after the fork, through any reference.',
  failure: 'leak from child into parent',
};

const reliableWritePin: Criterion = {
  id: 'I-COH-rw-pin',
  statement: 'What a process stores is in the pages that it has pinned for reading and writing.',
  failure: 'longterm R/W pin is not reliable',
};

const reliableReadPin: Criterion = {
  id: 'I-COH-ro-pin',
  statement: 'What a process stores after it has pinned its pages for reading is in these pages.',
  failure: 'longterm R/O pin is not reliable',
};

const unchangedMapping: Criterion = {
  id: 'I-CONF-mapping',
  statement: 'What a process stores to a private mapping is not seen in another mapping.',
  failure: 'Other mapping modified',
};

const outcomeOf = (isAsItShould: boolean): Outcome => (isAsItShould ? 'passed' : 'failed');

const CHANGED = 0xff;

interface CowInParent {
  /** child_vmsplice_memcmp_fn() instead of child_memcmp_fn(). */
  readonly splices?: boolean;
  readonly beforeFork?: (test: CowTest) => boolean;
  /** Of what the child compares. */
  readonly half?: Half;
  /** What the parent does before its stores. Of both, false is a test that skips itself. */
  readonly beforeStores?: (test: CowTest) => boolean;
}

const nothing = (): boolean => true;

/** do_test_cow_in_parent(): the child must see what was there before the parent has changed it. */
function cowInParent({
  splices = false,
  beforeFork = nothing,
  half,
  beforeStores = nothing,
}: CowInParent = {}): CowRow['run'] {
  return (test, child) => ({
    parent: () => {
      const own = test.process();
      let goesOn = beforeFork(test);
      test.fork(child);
      test.awaitChild();
      goesOn &&= beforeStores(test);
      if (goesOn) own.memset(CHANGED);
      test.parentIsReady();
      test.awaitExit();
      return goesOn ? undefined : 'skipped';
    },
    child: () => {
      test.born();
      const own = test.process(child, half);
      const old = own.memcpy();
      const pipe = splices ? own.vmsplice() : undefined;
      if (pipe !== undefined) own.munmap();
      test.childIsReady();
      test.awaitParent();
      const seen = pipe === undefined ? own.memcpy() : pipe.read();
      pipe?.release();
      test.exit(child);
      return outcomeOf(seen === old);
    },
  });
}

/** A child that waits for the parent, and exits. */
function idleChild(test: CowTest, child: Mm, last: () => void = () => undefined): () => undefined {
  return () => {
    test.born();
    test.childIsReady();
    test.awaitParent();
    last();
    test.exit(child);
    return undefined;
  };
}

/** do_test_vmsplice_in_parent(): the pipe must have what was there before the child has changed it. */
function spliceInParent(when: 'before fork' | 'after fork'): CowRow['run'] {
  return (test, child) => ({
    parent: () => {
      const own = test.process();
      const old = own.memcpy();
      const early = when === 'before fork' ? own.vmsplice() : undefined;
      test.fork(child);
      const pipe = early ?? own.vmsplice();
      test.awaitChild();
      own.munmap();
      test.parentIsReady();
      test.awaitExit();
      const seen = pipe.read();
      pipe.release();
      return outcomeOf(seen === old);
    },
    child: idleChild(test, child, () => test.process(child).memset(CHANGED)),
  });
}

/** mprotect(PROT_READ) and back again. */
function protectOnce(test: CowTest, between: () => void = () => undefined): boolean {
  test.protect();
  between();
  test.unprotect();
  return true;
}

/** Maps the memory read-only, and keeps mprotect() from mapping it writable again by soft-dirty tracking. */
function mapReadOnly(test: CowTest): void {
  protectOnce(test, () => test.clearSoftDirty());
}

/** do_test_iouring(), without a fork: the buffer must have what the process stores. */
const readOnlyBuffer: CowRow['run'] = (test) => ({
  parent: () => {
    const own = test.process();
    const buffer = own.registerBuffers();
    mapReadOnly(test);
    own.memset(CHANGED);
    const isReliable = buffer.read() === own.memcpy();
    buffer.release();
    return outcomeOf(isReliable);
  },
});

/** test_cow(): the other mapping must have what was there before. */
const cowOfOther: CowRow['run'] = (test) => ({
  parent: () => {
    const old = test.other().memcpy();
    test.process().memset(CHANGED);
    return outcomeOf(test.other().memcpy() === old);
  },
});

/** do_test_ro_pin() of memory that no child has: the pin must have what the process stores. */
function pinAlone(
  fast: boolean,
  prepare: (test: CowTest) => void = () => undefined,
): CowRow['run'] {
  return (test) => ({
    parent: () => {
      const own = test.process();
      prepare(test);
      const pin = own.pinLongterm(fast);
      own.memset(CHANGED);
      const isReliable = pin.read() === own.memcpy();
      pin.release();
      return outcomeOf(isReliable);
    },
  });
}

/** do_test_iouring(), with a fork: the buffer must have what the process stores. */
const forkWithBuffer: CowRow['run'] = (test, child) => ({
  parent: () => {
    const own = test.process();
    const buffer = own.registerBuffers();
    test.fork(child);
    test.awaitChild();
    own.memset(CHANGED);
    const isReliable = buffer.read() === own.memcpy();
    test.parentIsReady();
    test.awaitExit();
    buffer.release();
    return outcomeOf(isReliable);
  },
  child: idleChild(test, child),
});

/** do_test_ro_pin(): the pin must have what the process stores. */
function pinOfShared(sharing: 'shared' | 'previously shared', fast: boolean): CowRow['run'] {
  return (test, child) => ({
    parent: () => {
      const own = test.process();
      const endChild = (): void => {
        test.parentIsReady();
        test.awaitExit();
      };
      test.fork(child);
      test.awaitChild();
      if (sharing === 'previously shared') endChild();
      const pin = own.pinLongterm(fast);
      own.memset(CHANGED);
      const isReliable = pin.read() === own.memcpy();
      pin.release();
      if (sharing === 'shared') endChild();
      return outcomeOf(isReliable);
    },
    child: idleChild(test, child),
  });
}

/** do_test_anon_thp_collapse(), of a huge page that is mapped page by page first. */
function collapsing(when: 'before fork' | 'after fork', half?: Half): CowRow['run'] {
  const collapse = (test: CowTest): boolean => test.collapse();
  return cowInParent({
    beforeFork: (test) => {
      // mprotect() of one page of it, there and back.
      test.split();
      return when === 'after fork' || collapse(test);
    },
    ...(half === undefined ? {} : { half }),
    ...(when === 'before fork' ? {} : { beforeStores: collapse }),
  });
}

function collapseRow(
  number: number,
  how: string,
  description: string,
  run: CowRow['run'],
  forked?: Half,
): CowRow {
  return {
    number,
    name: `Basic COW after fork() when ${how}`,
    criterion: noLeakIntoChild,
    needs: [madvCollapse],
    description,
    collapses: true,
    ...(forked === undefined ? {} : { forked }),
    run,
  };
}

function pinRow(
  number: number,
  of: 'shared' | 'previously shared' | 'exclusive',
  fast: boolean,
  description: string,
): CowRow {
  return {
    number,
    name: `R/O ${fast ? 'GUP-fast' : 'GUP'} pin on R/O-mapped ${of.replace(' ', '-')} page`,
    criterion: reliableReadPin,
    needs: [pinLongtermTest],
    description,
    run: of === 'exclusive' ? pinAlone(fast, mapReadOnly) : pinOfShared(of, fast),
  };
}

function nonAnonPinRow(number: number, fast: boolean): CowRow {
  return {
    number,
    name: `R/O longterm ${fast ? 'GUP-fast' : 'GUP'} pin`,
    criterion: reliableReadPin,
    needs: [pinLongtermTest],
    description:
      'A process pins memory for reading that it has not written to yet, and changes it. What it stores must be in the pages that are pinned.',
    isNonAnon: true,
    run: pinAlone(fast),
  };
}

const whileShared =
  'A process forks, pins its memory for reading while the child is there, and changes it. What it stores must be in the pages that are pinned.';
const onceShared =
  'A process forks, waits till the child has exited, pins its memory for reading and changes it. What it stores must be in the pages that are pinned.';

const neverShared =
  'A process has its memory mapped read-only, though it may write to it, pins it for reading and changes it. What it stores must be in the pages that are pinned.';

/** anon_test_cases, anon_thp_test_cases and non_anon_test_cases, by the number that the test has among them. */
export const cowRows: readonly CowRow[] = [
  {
    number: 1,
    name: 'Basic COW after fork()',
    criterion: noLeakIntoChild,
    needs: [],
    description:
      'A process forks, and changes its memory. The child must see what was there before.',
    run: cowInParent(),
  },
  {
    number: 2,
    name: 'Basic COW after fork() with mprotect() optimization',
    criterion: noLeakIntoChild,
    needs: [],
    description:
      'A process forks, takes the permission to write from its memory and gives it back, and changes it. The child must see what was there before.',
    run: cowInParent({ beforeStores: protectOnce }),
  },
  {
    number: 3,
    name: 'vmsplice() + unmap in child',
    criterion: noLeakIntoChild,
    needs: [],
    description:
      'The child splices its memory into a pipe, which keeps references to the pages, and unmaps it; then the parent changes its own. What is read from the pipe must be what was there before (CVE-2020-29374).',
    run: cowInParent({ splices: true }),
  },
  {
    number: 4,
    name: 'vmsplice() + unmap in child with mprotect() optimization',
    criterion: noLeakIntoChild,
    needs: [],
    description:
      'As test 3, but the parent takes the permission to write from its memory and gives it back before it changes it. What is read from the pipe must be what was there before.',
    run: cowInParent({ splices: true, beforeStores: protectOnce }),
  },
  {
    number: 5,
    name: 'vmsplice() before fork(), unmap in parent after fork()',
    criterion: noLeakIntoParent,
    needs: [],
    description:
      'A process splices its memory into a pipe, forks, and unmaps it; then the child changes its own. What is read from the pipe must be what was there before.',
    run: spliceInParent('before fork'),
  },
  {
    number: 6,
    name: 'vmsplice() + unmap in parent after fork()',
    criterion: noLeakIntoParent,
    needs: [],
    description:
      'A process forks, splices its memory into a pipe, and unmaps it; then the child changes its own. What is read from the pipe must be what was there before.',
    run: spliceInParent('after fork'),
  },
  {
    number: 7,
    name: 'R/O-mapping a page registered as iouring fixed buffer',
    criterion: reliableWritePin,
    needs: [fixedBuffers],
    description:
      'A process pins its memory for writing, as a fixed buffer of io_uring, has it mapped read-only, and changes it. What it stores must be in the buffer.',
    run: readOnlyBuffer,
  },
  {
    number: 8,
    name: 'fork() with an iouring fixed buffer',
    criterion: reliableWritePin,
    needs: [fixedBuffers],
    description:
      'A process pins its memory for writing, as a fixed buffer of io_uring, forks, and changes it. What it stores must be in the buffer.',
    run: forkWithBuffer,
  },
  pinRow(9, 'shared', false, whileShared),
  pinRow(10, 'shared', true, whileShared),
  pinRow(11, 'previously shared', false, onceShared),
  pinRow(12, 'previously shared', true, onceShared),
  pinRow(13, 'exclusive', false, neverShared),
  pinRow(14, 'exclusive', true, neverShared),
  collapseRow(
    15,
    'collapsing before fork()',
    'A huge page is mapped page by page, collapsed again, and shared by fork; then the parent changes it. The child must see what was there before.',
    collapsing('before fork'),
  ),
  collapseRow(
    16,
    'collapsing after fork() (fully shared)',
    'A huge page that is mapped page by page is shared by fork, and collapsed by the parent, who changes it. The child must see what was there before.',
    collapsing('after fork'),
  ),
  collapseRow(
    17,
    'collapsing after fork() (lower shared)',
    'The lower half of a huge page that is mapped page by page is shared by fork, and all of it collapsed by the parent, who changes it. The child must see what was there before.',
    collapsing('after fork', 'lower'),
    'lower',
  ),
  collapseRow(
    18,
    'collapsing after fork() (upper shared)',
    'The upper half of a huge page that is mapped page by page is shared by fork, and all of it collapsed by the parent, who changes it. The child must see what was there before.',
    collapsing('after fork', 'upper'),
    'upper',
  ),
  {
    number: 19,
    name: 'Basic COW',
    criterion: unchangedMapping,
    needs: [],
    description:
      'A process changes a private mapping of memory that another mapping has, too. By the other one it must read what was there before.',
    isNonAnon: true,
    run: cowOfOther,
  },
  nonAnonPinRow(20, false),
  nonAnonPinRow(21, true),
];
