import { expect, it } from 'vitest';
import { circle, dangling } from './references.ts';
import type { Resource } from './template.ts';

const resource = (properties: object, rest: Partial<Resource> = {}): Resource => ({
  Type: 'AWS::SQS::Queue',
  Properties: properties,
  ...rest,
});
const template = (resources: Record<string, Resource>) => ({
  Parameters: { Size: { Type: 'Number' } },
  Conditions: { Large: { 'Fn::Equals': [{ Ref: 'Size' }, 9] } },
  Resources: resources,
});

it.each([
  ['Ref', { a: [{ Ref: 'Gone' }] }],
  ['Fn::GetAtt', { a: { b: { 'Fn::GetAtt': ['Gone', 'Arn'] } } }],
  ['Fn::GetAtt', { a: { 'Fn::GetAtt': 'Gone.Arn' } }],
  ['Ref', { a: { 'Fn::Sub': 'x-$' + '{Gone}' } }],
  ['Fn::GetAtt', { a: { 'Fn::Sub': ['$' + '{Gone.Arn}-$' + '{here}', { here: 1 }] } }],
  ['Condition', { a: { 'Fn::If': ['Gone', 1, 2] } }],
])('finds a %s that leads nowhere', (kind, properties) => {
  expect(dangling(template({ Queue: resource(properties) }))).toEqual([{ from: 'Queue', kind, to: 'Gone' }]);
});

it('finds a DependsOn and a Condition that lead nowhere', () => {
  const found = dangling(template({ Queue: resource({}, { DependsOn: ['Gone'], Condition: 'Lost' }) }));
  expect(found.map(({ kind, to }) => `${kind} ${to}`)).toEqual(['DependsOn Gone', 'Condition Lost']);
});

it('takes resources, parameters, conditions, pseudo parameters and a policy’s conditions for what they are', () => {
  const good = resource({
    a: { Ref: 'Size' },
    b: { 'Fn::Sub': 'arn:$' + '{AWS::Partition}:$' + '{!Literal}' },
    c: { 'Fn::If': ['Large', { 'Fn::GetAtt': ['Other', 'Arn'] }, { Ref: 'AWS::NoValue' }] },
    Statement: [{ Condition: { StringEquals: { x: 'Nowhere' } } }],
  });
  expect(dangling(template({ Queue: good, Other: resource({}) }))).toEqual([]);
});

it('finds a circle, and none where two lead to one', () => {
  const to = (id: string) => resource({ a: { Ref: id } });
  expect(circle(template({ A: to('B'), B: to('C'), C: to('A') }))).toEqual(['A', 'B', 'C', 'A']);
  expect(circle(template({ A: to('C'), B: to('C'), C: resource({}) }))).toEqual([]);
});
