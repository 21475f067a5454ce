import type { Advice, Assessment } from '../../tenancy/advice/advise.ts';
import type { TierAssessment, TiersAssessment } from '../../tenancy/advice/assess-tiers.ts';
import type { Figures } from '../../tenancy/advice/figures.ts';
import type { Requirements } from '../../tenancy/advice/requirements.ts';
import { DIMENSIONS, type Dimension, type Score } from '../../tenancy/advice/score.ts';
import { table } from '../output.ts';

/** Columns that the text keeps to. */
const WIDTH = 100;

/** What a dimension is called where more is better. */
const TITLES: Record<Dimension, string> = {
  isolation: 'isolation',
  cost: 'cost',
  complexity: 'simplicity',
  scalability: 'scalability',
};

/** The advice for people: ranking, reasons, price, what is excluded and why, and what it means for the tiers. */
export function adviceText(
  requirements: Requirements,
  advice: Advice,
  tiers: TiersAssessment,
  figures: Figures,
): string {
  const { recommended } = advice;
  const sections = [
    ...ranking(requirements, advice),
    ...(recommended ? [...reasons(recommended), ...price(recommended, requirements)] : []),
    ...excluded(advice),
    ...tierLines(tiers),
    '',
    ...wrap(footer(figures), ''),
  ];
  return sections.join('\n');
}

function ranking(requirements: Requirements, { ranking, recommended, demand }: Advice): string[] {
  const rows = ranking.map((one, index) => [
    one.exclusions.length > 0 ? '-' : String(index + 1),
    one.name,
    one.total.toFixed(0),
    ...DIMENSIONS.map((dimension) => one.scores[dimension].value.toFixed(0)),
    one.price.usd.toFixed(2),
    one.exclusions.length > 0 ? 'excluded' : one.withinBudget ? '' : 'over budget',
  ]);
  const headings = [
    'rank',
    'placement',
    'total',
    ...DIMENSIONS.map((dimension) => TITLES[dimension]),
    '$/month',
    'remark',
  ];
  return [
    ...wrap(verdict(requirements, recommended), ''),
    '',
    table(
      headings,
      rows.map((row) => row.map((cell) => cell || ' ')),
    ),
    '',
    ...wrap(
      `Scores from 0 to 100, 100 is best. Prices per tenant with ${requirements.tenantsInAYear} tenants. ${demandText(demand)}`,
      '',
    ),
  ];
}

function verdict({ monthlyBudgetUsd }: Requirements, recommended: Assessment | undefined): string {
  if (!recommended) return 'No placement can serve these requirements; see below what is against each.';
  const { name, withinBudget, price } = recommended;
  const usd = `$${price.usd.toFixed(2)} per tenant and month`;
  if (withinBudget) return `Recommended: ${name}, ${usd}.`;
  return `Nothing that serves these requirements fits the budget of $${monthlyBudgetUsd}. Nearest: ${name}, ${usd}.`;
}

function demandText({ value, reasons }: Score): string {
  const why = reasons.filter(({ points }) => points > 0).map(({ reason, points }) => `${reason} +${points}`);
  return `Isolation asked for: ${value.toFixed(0)} of 100${why.length > 0 ? ` (${why.join('; ')})` : ''}; the more, the more isolation weighs.`;
}

function reasons({ name, scores }: Assessment): string[] {
  const lines = DIMENSIONS.flatMap((dimension) => [
    `  ${TITLES[dimension]} ${scores[dimension].value.toFixed(0)}`,
    ...scores[dimension].reasons
      .filter(({ points }) => Math.abs(points) >= 0.5)
      .flatMap(({ points, reason }) => wrap(reason, `    ${signed(points)}  `, '          ')),
  ]);
  return ['', `Why ${name}`, ...lines];
}

function price({ name, price, priceTodayUsd }: Assessment, { tenants, tenantsInAYear }: Requirements): string[] {
  const rows = price.components
    .filter(({ usd }) => usd >= 0.005)
    .toSorted((a, b) => b.usd - a.usd)
    .map((component) => [component.usd.toFixed(2).padStart(9), component.name, component.how]);
  return [
    '',
    `Monthly price of a tenant in ${name} (US dollars)`,
    indent(table(['     $', 'component', 'how'], rows)),
    `  ${price.usd.toFixed(2).padStart(9)}  with ${tenantsInAYear} tenants in a year; ${priceTodayUsd.toFixed(2)} with ${tenants} today`,
  ];
}

/** Each fact once, with the placements that it is against. */
function excluded({ ranking }: Advice): string[] {
  const facts = new Map<string, string[]>();
  for (const { name, exclusions } of ranking)
    for (const { fact } of exclusions) facts.set(fact, [...(facts.get(fact) ?? []), name]);
  if (facts.size === 0) return [];
  const lines = [...facts].flatMap(([fact, names]) => [
    ...wrap(names.join(', '), '  ', '  '),
    ...wrap(fact, '    - ', '      '),
  ]);
  return ['', 'Excluded (--json has the source of each fact)', ...lines];
}

function tierLines({ tiers, remarks, differenceUsd }: TiersAssessment): string[] {
  if (tiers.length === 0) return [];
  const total = Math.abs(differenceUsd) >= 0.5 ? [`  All of it: ${monthly(differenceUsd)} a month.`] : [];
  return [
    '',
    'The tiers of the configuration',
    ...tiers.flatMap(tierLine),
    ...remarks.flatMap((remark) => wrap(remark, '  note: ', '        ')),
    ...total,
  ];
}

function tierLine({ tier, placement, verdict, reasons, monthlyUsd, tenants, alternative }: TierAssessment): string[] {
  const instead = alternative
    ? [
        `instead: ${alternative.placement}, ${monthly(alternative.differencePerTenantUsd)} per tenant and month, ` +
          `${monthly(alternative.differenceUsd)} for ${tenants}`,
      ]
    : [];
  return [
    `  ${tier} (${placement}, $${monthlyUsd.toFixed(2)}): ${verdict}`,
    ...[...reasons, ...instead].flatMap((line) => wrap(line, '    - ', '      ')),
  ];
}

function footer({ prices }: Figures): string {
  const dates = Object.values(prices.figures)
    .filter(({ basis }) => basis === 'aws' || basis === 'published')
    .map(({ date }) => date)
    .toSorted();
  return `An estimate from list prices in ${prices.region}, read between ${dates[0]} and ${dates.at(-1)}; docs/advisor.md says what is assumed.`;
}

const signed = (points: number) => `${points < 0 ? '-' : '+'}${Math.abs(points).toFixed(0)}`.padStart(4);
const monthly = (usd: number) => `${usd < 0 ? '-' : '+'}$${Math.abs(usd).toFixed(2)}`;
const indent = (text: string) => text.replace(/^/gm, '  ');

/** Lines of at most {@link WIDTH} columns. */
function wrap(text: string, first: string, rest = first): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(' ')) {
    const begun = line.trim() !== '' && line !== first && line !== rest;
    if (begun && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = rest;
    }
    line += line === first || line === rest ? word : ` ${word}`;
  }
  return [...lines, line];
}
