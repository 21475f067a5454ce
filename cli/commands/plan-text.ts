import { placementName } from '../../tenancy/advice/placements.ts';
import type { TierChangePlan } from '../../tenancy/tier-changes/plan.ts';
import { duration, table } from '../output.ts';

const dollars = (usd: number) => `${usd < 0 ? '-' : '+'}$${Math.abs(usd).toFixed(2)}`;

/** A plan for people: what is in the way, steps, resources, quota, price. */
export function planText(plan: TierChangePlan): string {
  return [
    headline(plan),
    ...obstacles(plan),
    ...steps(plan),
    ...resources(plan),
    ...numbers(plan),
    ...price(plan),
  ].join('\n');
}

function headline({ tenantId, how, from, to, obstacles: inTheWay }: TierChangePlan): string {
  const names = `${from.tier} (${placementName(from.placement)}) -> ${to.tier} (${placementName(to.placement)})`;
  const what =
    how === 'in-place'
      ? 'in place: nothing is made or removed'
      : `a new placement, number ${to.generation}, beside the old one`;
  const verdict =
    inTheWay.length === 0 ? 'Nothing is in the way.' : `It would be refused: ${countOf(inTheWay)} in the way.`;
  return `${tenantId}: ${names}, ${what}.\n${verdict} Nothing was touched.`;
}

function countOf(list: readonly string[]): string {
  return list.length === 1 ? '1 thing is' : `${list.length} things are`;
}

function obstacles({ obstacles: list }: TierChangePlan): string[] {
  return list.length === 0 ? [] : ['', 'In the way', ...list.map((each) => `  - ${each}`)];
}

function steps({ steps: list, seconds }: TierChangePlan): string[] {
  const rows = list.map((each, index) => [
    String(index + 1),
    each.state,
    each.workflow,
    duration(each.seconds * 1_000),
    each.summary,
  ]);
  return [
    '',
    `Steps, usually ${duration(seconds * 1_000)} until the tenant lives there`,
    indent(table(['', 'step', 'workflow', 'time', 'what'], rows)),
  ];
}

function resources({ creates, removes }: TierChangePlan): string[] {
  const made = creates.map(({ kind, name, summary }) => [kind, name, summary]);
  const gone = removes.map(({ kind, name, when, summary }) => [kind, name, when, summary]);
  return [
    ...(made.length > 0 ? ['', 'Made', indent(table(['kind', 'name', 'what'], made))] : []),
    ...(gone.length > 0 ? ['', 'Removed', indent(table(['kind', 'name', 'when', 'what'], gone))] : []),
  ];
}

function numbers({ numbers: list }: TierChangePlan): string[] {
  if (list.length === 0) return ['', 'The workspace keeps its numbers.'];
  const rows = list.map(({ resource, from, to }) => [resource, from, to]);
  return ['', 'Numbers of the workspace', indent(table(['number', 'now', 'then'], rows))];
}

function price({ price: { before, after, difference, components, budget } }: TierChangePlan): string[] {
  const parts = components.map(({ name, difference: usd }) => [name, dollars(usd)]);
  return [
    '',
    `Price a month, for what the tenant uses now: $${before.toFixed(2)} -> $${after.toFixed(2)} (${dollars(difference)}); budget $${budget.from} -> $${budget.to}`,
    ...(parts.length > 0 ? [indent(table(['component', 'difference'], parts))] : []),
  ];
}

const indent = (text: string) => text.replace(/^/gm, '  ');
