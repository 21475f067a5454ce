// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts of Fn::Sub
import { describe, expect, it } from 'vitest';
import { evaluateCondition, resolve, type Scope } from './intrinsics.ts';
import type { TemplateValue } from './template.ts';
import { validationError } from './template.ts';

const values: Record<string, unknown> = { Name: 'shop', List: ['a', 'b'], 'AWS::Region': 'eu-west-1', Count: 2 };
const scope: Scope = {
  ref(name) {
    if (name in values) return values[name];
    throw validationError(`no ${name}`);
  },
  attribute: (logicalId, name) => `${logicalId}/${name}`,
  condition: (name) => name === 'Yes',
  mapping: (map, first, second) => ({ M: { x: { y: 'found' } } })[map as 'M']?.[first as 'x']?.[second as 'y'],
  importValue: (name) => `import:${name}`,
  availabilityZones: (region) => [`${region}a`, `${region}b`],
};

describe('intrinsic functions', () => {
  const cases: [TemplateValue, unknown][] = [
    [{ 'Fn::Sub': '${Name}-${Queue.Arn}-${!Literal}' }, 'shop-Queue/Arn-${Literal}'],
    [{ 'Fn::Sub': ['${Own}/${ Name }', { Own: { Ref: 'Count' } }] }, '2/shop'],
    [{ 'Fn::Join': [',', ['a', { Ref: 'Name' }]] }, 'a,shop'],
    [{ 'Fn::Join': ['', { Ref: 'List' }] }, 'ab'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': ['|', 'x|y|z'] }] }, 'y'],
    [{ 'Fn::GetAtt': ['Nested', 'Outputs.Url'] }, 'Nested/Outputs.Url'],
    [{ 'Fn::GetAtt': 'Queue.Arn' }, 'Queue/Arn'],
    [{ 'Fn::If': ['Yes', 'one', 'two'] }, 'one'],
    [{ 'Fn::FindInMap': ['M', 'x', 'y'] }, 'found'],
    [{ 'Fn::FindInMap': ['M', 'x', 'z', { DefaultValue: { Ref: 'Name' } }] }, 'shop'],
    [{ 'Fn::ImportValue': { 'Fn::Sub': '${Name}-x' } }, 'import:shop-x'],
    [{ 'Fn::GetAZs': '' }, ['eu-west-1a', 'eu-west-1b']],
    [{ 'Fn::Base64': 'hi' }, 'aGk='],
    [{ 'Fn::Cidr': ['10.0.0.0/16', 3, 8] }, ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24']],
    [{ 'Fn::Length': [1, 2] }, 2],
    [{ 'Fn::ToJsonString': { a: { Ref: 'Name' } } }, '{"a":"shop"}'],
    [{ a: { Ref: 'AWS::NoValue' }, b: [1, { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] }] }, { b: [1] }],
    // Policies have keys that look like functions but are none.
    [{ Condition: { StringEquals: { 'aws:x': 'y' } } }, { Condition: { StringEquals: { 'aws:x': 'y' } } }],
  ];
  it.each(cases)('%j', (value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  const refused: [TemplateValue, string][] = [
    [{ 'Fn::Nope': 1 }, 'unknown intrinsic function Fn::Nope'],
    [{ 'Fn::Select': [5, ['a']] }, 'Fn::Select cannot select nonexistent value at index 5'],
    [{ 'Fn::FindInMap': ['M', 'x', 'z'] }, 'Unable to get mapping for M::x::z'],
    [{ 'Fn::Join': [',', [{ Ref: 'List' }]] }, 'must resolve to a string'],
    [{ 'Fn::Cidr': ['10.0.0.0/24', 3, 8] }, 'cannot cut 3 blocks'],
    [{ Ref: 'Nobody' }, 'no Nobody'],
  ];
  it.each(refused)('refuses %j', (value, message) => {
    expect(() => resolve(value, scope)).toThrow(message);
  });
});

it('evaluates conditions', () => {
  const equals = { 'Fn::Equals': [{ Ref: 'Name' }, 'shop'] };
  expect(evaluateCondition({ 'Fn::And': [equals, { Condition: 'Yes' }] }, scope)).toBe(true);
  expect(evaluateCondition({ 'Fn::Or': [{ 'Fn::Not': [equals] }, { Condition: 'No' }] }, scope)).toBe(false);
  expect(() => evaluateCondition({ Ref: 'Name' }, scope)).toThrow('boolean operations');
});
