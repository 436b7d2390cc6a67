import {
  CandidateExecution,
  type Event,
  EventStructure,
  initialThread,
  Relation,
  type Tag,
} from '../../src/index.js';

/**
 * The classic shapes, as the cycle of program order and communications that each forbids or allows:
 * `WW` is two writes of one thread to different locations; `Rfe`, `Fre`, `Coe` lead to another thread. The
 * names are those of Alglave, Maranget, Sarkar and Sewell ("Herding Cats", Fig. 3; the diy tool suite).
 */
export const shapes: Readonly<Record<string, string>> = {
  MP: 'WW Rfe RR Fre',
  SB: 'WR Fre WR Fre',
  LB: 'RW Rfe RW Rfe',
  R: 'WW Coe WR Fre',
  S: 'WW Rfe RW Coe',
  '2+2W': 'WW Coe WW Coe',
  WRC: 'Rfe RW Rfe RR Fre',
  WWC: 'Rfe RW Rfe RW Coe',
  RWC: 'Rfe RR Fre WR Fre',
  'WRW+WR': 'Rfe RW Coe WR Fre',
  'WRW+2W': 'Rfe RW Coe WW Coe',
  'WRR+2W': 'Rfe RR Fre WW Coe',
  ISA2: 'WW Rfe RW Rfe RR Fre',
  'W+RWC': 'WW Rfe RR Fre WR Fre',
  'W+RW+2W': 'WW Rfe RW Coe WW Coe',
  'Z6.0': 'WW Rfe RW Coe WR Fre',
  'Z6.1': 'WW Coe WW Rfe RW Coe',
  'Z6.2': 'WW Rfe RW Rfe RW Coe',
  'Z6.3': 'WW Coe WW Rfe RR Fre',
  'Z6.4': 'WW Coe WR Fre WR Fre',
  'Z6.5': 'WW Coe WW Coe WR Fre',
  '3.SB': 'WR Fre WR Fre WR Fre',
  '3.LB': 'RW Rfe RW Rfe RW Rfe',
  '3.2W': 'WW Coe WW Coe WW Coe',
  '4.SB': 'WR Fre WR Fre WR Fre WR Fre',
  IRIW: 'Rfe RR Fre Rfe RR Fre',
  IRRWIW: 'Rfe RR Fre Rfe RW Coe',
  IRWIW: 'Rfe RW Coe Rfe RW Coe',
};

/** How the two accesses of a thread are kept in order, or are not. */
export interface Order {
  /** What comes between them. */
  readonly fence?: readonly Tag[];
  readonly dependency?: 'addr' | 'data' | 'ctrl';
  readonly pick?: 'addr' | 'data' | 'ctrl';
  /** How the first and the second are annotated. */
  readonly first?: readonly Tag[];
  readonly second?: readonly Tag[];
  /** The accesses that are parts of a read-modify-write: its other part is added, with these tags. */
  readonly firstUpdates?: readonly Tag[];
  readonly secondUpdates?: readonly Tag[];
}

export type Orders = Readonly<Record<string, Order>>;

interface Node {
  readonly kind: 'read' | 'write';
  readonly thread: number;
  readonly location: number;
  readonly tags: readonly Tag[];
  /** The tags of its read-modify-write's other part, if it is part of one. */
  readonly update: readonly Tag[] | undefined;
}

/**
 * The execution that a test such as `MP+dmb.st+addr` asks about: its shape, then per thread with two
 * accesses the name of their order; `MP+addrs` has the same order in each, and `MP` has none.
 */
export function classic(
  name: string,
  orders: Orders,
  tags: readonly Tag[] = [],
): CandidateExecution {
  const { shape, order } = parse(name, orders);
  const tokens = shapes[shape]!.split(' ');
  const isProgramOrder = (token: string): boolean => token.length === 2;
  const locations = tokens.filter(isProgramOrder).length;

  // Once around the cycle.
  const nodes: Node[] = [];
  const orderFrom = new Map<number, Order>();
  let thread = 0;
  let edges = 0;
  tokens.forEach((token, i) => {
    const previous = tokens.at(i - 1)!;
    const inner = isProgramOrder(token) ? order[edges]! : {};
    const outer = isProgramOrder(previous) ? order[edges - 1]! : {};
    nodes.push({
      kind:
        (isProgramOrder(token) ? token[0] : { Rfe: 'W', Coe: 'W', Fre: 'R' }[token]) === 'W'
          ? 'write'
          : 'read',
      thread,
      location: edges % locations,
      tags: [...tags, ...(inner.first ?? []), ...(outer.second ?? [])],
      update: inner.firstUpdates ?? outer.secondUpdates,
    });
    if (isProgramOrder(token)) {
      orderFrom.set(i, inner);
      edges++;
    } else thread++;
  });

  // The initial writes, then the events thread by thread.
  const events: Event[] = Array.from({ length: locations }, (_, location) => ({
    thread: initialThread,
    kind: 'write',
    location,
    tags: [],
  }));
  const addr: Pair[] = [];
  const data: Pair[] = [];
  const ctrl: Pair[] = [];
  const pick = { addr: [] as Pair[], data: [] as Pair[], ctrl: [] as Pair[] };
  const rmw: Pair[] = [];
  const eventOf = new Map<Node, { first: number; last: number; event: number }>();
  const add = (event: Event): number => events.push(event) - 1;
  const addNode = (node: Node): void => {
    const { kind, thread, location, tags, update } = node;
    if (!update) {
      const event = add({ kind, thread, location, tags });
      eventOf.set(node, { event, first: event, last: event });
      return;
    }
    const [ofRead, ofWrite] = kind === 'read' ? [tags, update] : [update, tags];
    const read = add({ kind: 'read', thread, location, tags: ofRead });
    const write = add({ kind: 'write', thread, location, tags: ofWrite });
    rmw.push([read, write]);
    eventOf.set(node, { event: kind === 'read' ? read : write, first: read, last: write });
  };
  nodes.forEach((node, i) => {
    if (eventOf.has(node)) return;
    addNode(node);
    const between = orderFrom.get(i);
    if (!between) return;
    const next = nodes[i + 1]!;
    const from = eventOf.get(node)!.event;
    const fences = (between.fence ?? []).map((tag) =>
      add({ kind: 'fence', thread: node.thread, tags: [tag] }),
    );
    addNode(next);
    const { first, last, event } = eventOf.get(next)!;
    if (between.dependency === 'addr') addr.push([from, event]);
    if (between.dependency === 'data') data.push([from, event]);
    if (between.pick) pick[between.pick].push([from, event]);
    if (between.dependency === 'ctrl') {
      for (const after of [...fences, ...range(first, last)]) ctrl.push([from, after]);
    }
  });

  // Along a location's part of the cycle: each write comes after those before it, and each read sees the last.
  const rf: Pair[] = [];
  const co: Pair[] = [];
  for (let location = 0; location < locations; location++) {
    const entry = tokens.findIndex(
      (token, i) => isProgramOrder(token) && nodes[(i + 1) % nodes.length]!.location === location,
    );
    const writes = [location];
    for (let step = 1; step <= nodes.length; step++) {
      const node = nodes[(entry + step) % nodes.length]!;
      if (node.location !== location) continue;
      const { first, last } = eventOf.get(node)!;
      for (const event of range(first, last)) {
        if (events[event]!.kind === 'read') rf.push([writes.at(-1)!, event]);
        else writes.push(event);
      }
    }
    writes.forEach((write, i) =>
      co.push(...writes.slice(i + 1).map((later): Pair => [write, later])),
    );
  }

  const relation = (pairs: readonly Pair[]): Relation => Relation.of(events.length, pairs);
  const structure = new EventStructure({
    events,
    addr: relation(addr),
    data: relation(data),
    ctrl: relation(ctrl),
    pick: { addr: relation(pick.addr), data: relation(pick.data), ctrl: relation(pick.ctrl) },
    rmw: relation(rmw),
  });
  return new CandidateExecution(structure, { rf: relation(rf), co: relation(co) });
}

type Pair = readonly [number, number];

function range(first: number, last: number): number[] {
  return first === last ? [first] : [first, last];
}

function parse(name: string, orders: Orders): { shape: string; order: Order[] } {
  const shape = Object.keys(shapes)
    .filter((known) => name === known || name.startsWith(`${known}+`))
    .sort((a, b) => b.length - a.length)[0];
  if (shape === undefined) throw new Error(`${name}: no such shape`);
  const names = name.slice(shape.length).split('+').slice(1);
  const count = shapes[shape]!.split(' ').filter((token) => token.length === 2).length;
  const known = (order: string): Order => {
    const found = order === 'po' ? {} : orders[order];
    if (!found) throw new Error(`${name}: no such order: ${order}`);
    return found;
  };
  if (names.length === 0) return { shape, order: Array.from({ length: count }, () => ({})) };
  if (names.length === 1 && count > 1) {
    const each = known(names[0]!.replace(/s$/, ''));
    return { shape, order: Array.from({ length: count }, () => each) };
  }
  if (names.length !== count) throw new Error(`${name}: ${count} orders are needed`);
  return { shape, order: names.map(known) };
}
