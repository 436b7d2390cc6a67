import { initialThread, type Relation } from '@pagerace/memory-models/reference';

import { eventText } from '../execution/structure.js';
import { type Explanation } from './explanation.js';
import { timeline } from './timeline.js';

/** As herd7 colours them. */
const colours: Readonly<Record<string, string>> = {
  po: 'black',
  rf: 'red',
  co: 'blue',
  fr: 'orange',
  addr: 'indigo',
  data: 'indigo',
  ctrl: 'indigo',
  rmw: 'darkgreen',
};

/**
 * An explanation's execution as a graph for Graphviz: a column for each thread; the steps of the cycle that
 * forbids it, or that makes it no interleaving, are bold. An empty graph if nothing reaches the proposition.
 */
export function explanationDot(name: string, explanation: Explanation): string {
  const lines = [`digraph ${quoted(name)} {`, '  node [shape=none, fontname="monospace"];'];
  if (explanation.kind !== 'unreachable') lines.push(...graph(explanation));
  else lines.push(`  label=${quoted(`nothing reaches ${explanation.proposition}`)};`);
  return `${[...lines, '}'].join('\n')}\n`;
}

function graph(explanation: Exclude<Explanation, { kind: 'unreachable' }>): string[] {
  const { combination, execution } = explanation.candidate;
  const { structure, rf, co, fr } = execution;
  const cycle =
    explanation.kind === 'witness' ? (explanation.weak ?? []) : explanation.violation.cycle;
  const lines: string[] = [];
  const caption =
    explanation.kind === 'witness'
      ? explanation.proposition
      : `${explanation.proposition}, forbidden by ${explanation.violation.axiom}`;
  lines.push(`  label=${quoted(caption)};`);
  const moments = timeline(explanation.candidate);
  const told = new Set(moments.map(({ event }) => event));
  structure.events.forEach(({ thread }, event) => {
    // Initial writes matter where somebody reads them.
    if (thread !== initialThread || rf.successors(event).length === 0) return;
    told.add(event);
    lines.push(`  e${String(event)} [label=${quoted(`init: ${eventText(combination, event)}`)}];`);
  });
  combination.runs.forEach((_, thread) => {
    lines.push(
      `  subgraph cluster${String(thread)} {`,
      `    label=${quoted(`P${String(thread)}`)};`,
    );
    for (const moment of moments.filter((one) => one.thread === thread)) {
      lines.push(
        `    e${String(moment.event)} [label=${quoted(`${moment.name}: ${moment.text}`)}];`,
      );
    }
    lines.push('  }');
  });
  const steps = new Map(cycle.map((edge) => [`${String(edge.from)} ${String(edge.to)}`, edge]));
  const edge = (from: number, to: number, name: string, colour: string, more = ''): string =>
    `  e${String(from)} -> e${String(to)} [label=${quoted(name)}, color=${colour}, fontcolor=${colour}${more}];`;
  const relations: Record<string, Relation> = {
    po: structure.po.minus(structure.po.then(structure.po)),
    rf,
    co: co.minus(co.then(co)),
    fr: fr.minus(fr.then(co)),
    addr: structure.addr,
    data: structure.data,
    ctrl: structure.ctrl.minus(structure.ctrl.then(structure.po)),
    rmw: structure.rmw,
  };
  for (const [name, relation] of Object.entries(relations)) {
    for (const [from, to] of relation.pairs()) {
      if (!told.has(from) || !told.has(to)) continue;
      const step = steps.get(`${String(from)} ${String(to)}`);
      const isStep = step?.name.startsWith(name) === true;
      if (isStep) steps.delete(`${String(from)} ${String(to)}`);
      const more = isStep ? ', penwidth=3' : name === 'po' ? ', weight=100' : ', constraint=false';
      lines.push(edge(from, to, name, colours[name]!, more));
    }
  }
  for (const { from, to, name } of steps.values()) {
    if (!told.has(from) || !told.has(to)) continue;
    lines.push(edge(from, to, name, 'brown', ', penwidth=3, constraint=false'));
  }
  return lines;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
