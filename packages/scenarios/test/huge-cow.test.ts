import { FORK, prepareChild } from '@pagerace/fork';
import { GET_USER_PAGES, type GupFlags } from '@pagerace/gup';
import { composeRun, defineScenario, type ScenarioContext } from '@pagerace/kernel';
import { choose, explore } from '@pagerace/explorer';
import {
  lruAddDrain,
  type Mm,
  type Page,
  PageAnonExclusive,
  USER_ACCESS,
  walkToPmd,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { CollapseRace } from '../src/gup-fast-collapse/collapse-race.js';
import { registry } from './support/exploring.js';

interface Family {
  readonly context: ScenarioContext<unknown>;
  readonly race: CollapseRace;
  readonly child: Mm;
  /** Gets the second page, and keeps it. */
  readonly get: (flags: GupFlags) => Page;
  readonly isHuge: () => boolean;
}

/** What a process with a huge page sees that has forked, on a kernel; set-up only, and audited. */
function seenOn<T>(kernel: string, body: (family: Family) => T): T {
  let seen: T | undefined;
  const scenario = defineScenario({
    id: 'huge-cow',
    title: 'Copy-on-write of a huge page',
    description: 'A process with a huge page has forked.',
    machine: { cpus: 2, pages: 8, hugePages: 1, hpagePmdNr: 2 },
    properties: [],
    build(context) {
      const { arch, machine, memory } = context;
      const race = new CollapseRace(context, { cpus: [0, 1] });
      const child = context.process('child');
      const held = new Map<Page, boolean>();
      machine.boot(() => {
        race.collapse();
        lruAddDrain(memory);
        prepareChild(race.mm, child);
        context.get(FORK).dupMmap(race.mm, child);
        const gup = context.get(GET_USER_PAGES);
        seen = body({
          context,
          race,
          child,
          get: (flags) => {
            const page = gup.getUserPagesUnlocked(race.mm, race.address(1), 1, flags)[0]!;
            held.set(page, flags.pin === true);
            return page;
          },
          isHuge: () => arch.pmdTransHuge(walkToPmd(race.mm, race.address())!.pmd),
        });
      });
      // A program without an operation of a thread would be vacuous.
      machine.agent('nobody').run(() => choose(1));
      return machine.program(() => {
        for (const [page, isPinned] of held) {
          if (isPinned) context.pinsAtEnd(page.head);
          else context.holdsAtEnd(page.head);
        }
      });
    },
  });
  const { setup, model } = composeRun({
    scenario,
    kernel: registry.kernel(kernel),
    architecture: registry.architecture('x86'),
    model: registry.model('sc'),
  });
  const { error, violations } = explore(setup, { model });
  if (error !== undefined) throw new Error(error);
  expect(violations).toEqual([]);
  return seen as T;
}

const write = ({ context, race }: Family): void =>
  context.get(USER_ACCESS).userWrite(race.mm, race.address(1), 7);

describe.each([
  ['v5.17-rc2', true],
  ['v5.18', false],
  ['v6.1', false],
])('on %s a write to a huge page that a child had', (kernel, ignoresReferences) => {
  test('goes on with it if the child has gone', () => {
    const seen = seenOn(kernel, (family) => {
      family.context.get(FORK).exitMmap(family.child);
      write(family);
      return family.isHuge();
    });
    expect(seen).toBe(true);
  });

  test(`${ignoresReferences ? 'goes on with it' : 'copies a page'} if the kernel still refers to it`, () => {
    const seen = seenOn(kernel, (family) => {
      const { context, child, get, isHuge } = family;
      const page = get({});
      context.get(FORK).exitMmap(child);
      write(family);
      return [isHuge(), family.race.mapped(1) === page];
    });
    expect(seen).toEqual([ignoresReferences, ignoresReferences]);
  });
});

describe('a pin to read from a huge page that a child shares', () => {
  test('is of another page than that of later writes, to v5.18', () => {
    const seen = seenOn('v5.18', (family) => {
      const page = family.get({ pin: true });
      write(family);
      return family.race.mapped(1) === page;
    });
    expect(seen).toBe(false);
  });

  test('is of a page of its own since v5.19, which stays read-only until it is written to', () => {
    const seen = seenOn('v6.1', (family) => {
      const page = family.get({ pin: true });
      const own = [page.isHuge, PageAnonExclusive(page), family.isHuge()];
      write(family);
      return [...own, family.race.mapped(1) === page];
    });
    expect(seen).toEqual([false, true, false, true]);
  });

  test('is of the huge page itself if that is marked exclusive again', () => {
    const seen = seenOn('v6.1', (family) => {
      family.context.get(FORK).exitMmap(family.child);
      const page = family.get({ pin: true });
      return [page.isHuge, PageAnonExclusive(page.head), family.isHuge()];
    });
    expect(seen).toEqual([true, true, true]);
  });
});
