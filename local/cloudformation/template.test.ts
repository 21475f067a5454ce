// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts of Fn::Sub
import { inflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { parameterTexts } from './parameters.ts';
import { physicalName } from './physical-name.ts';
import { parseTemplate } from './template.ts';
import { zipFiles } from './zip.ts';

it('reads YAML with short forms as the JSON it stands for', () => {
  const { Resources } = parseTemplate(`
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub "\${AWS::StackName}-x"
      Tags:
        - { Key: arn, Value: !GetAtt Other.Arn }
        - !If [Yes, !Ref Tag, !Ref 'AWS::NoValue']
      RedrivePolicy: !Join
        - ':'
        - - !Select [0, !Split ['|', 'a|b']]
`);
  expect(Resources.Queue?.Properties).toEqual({
    QueueName: { 'Fn::Sub': '${AWS::StackName}-x' },
    Tags: [
      { Key: 'arn', Value: { 'Fn::GetAtt': ['Other', 'Arn'] } },
      { 'Fn::If': ['Yes', { Ref: 'Tag' }, { Ref: 'AWS::NoValue' }] },
    ],
    RedrivePolicy: { 'Fn::Join': [':', [{ 'Fn::Select': [0, { 'Fn::Split': ['|', 'a|b'] }] }]] },
  });
});

it.each([
  ['{', 'JSON not well-formed'],
  ['Resources: {a: !Nope x}', 'YAML not well-formed'],
  ['{"Resource":{}}', 'Invalid template property or properties [Resource]'],
  ['{"Resources":{"a-b":{"Type":"x"}}}', 'Resource name a-b is non alphanumeric'],
  ['{"Resources":{"a":{}}}', 'Every Resources object must contain a Type member'],
  ['{"Resources":{"a":{"Type":"x","Depends":"y"}}}', "Invalid template resource property 'Depends'"],
  ['[]', 'unsupported structure'],
  ['{"Transform":"AWS::Serverless-2016-10-31","Resources":{}}', 'No transform named AWS::Serverless-2016-10-31 found.'],
])('refuses %s', (text, message) => {
  expect(() => parseTemplate(text)).toThrow(message);
});

it('checks parameters by their constraints', () => {
  const template = parseTemplate(
    JSON.stringify({
      Parameters: {
        Env: { Type: 'String', AllowedValues: ['dev', 'prod'], Default: 'dev' },
        Size: { Type: 'Number', MinValue: 1, MaxValue: 5, Default: 2 },
      },
      Resources: { A: { Type: 'x' } },
    }),
  );
  const texts = (key: string, value: string) =>
    parameterTexts(template, [{ ParameterKey: key, ParameterValue: value }]);
  expect(texts('Env', 'prod')).toEqual({ Env: 'prod', Size: '2' });
  expect(() => texts('Env', 'test')).toThrow("Parameter 'Env' must be one of AllowedValues");
  expect(() => texts('Size', 'x')).toThrow("Parameter 'Size' must be a number.");
  expect(() => texts('Size', '6')).toThrow('not greater than 5');
  expect(() => texts('Nope', '1')).toThrow('Parameters: [Nope] do not exist in the template');
  expect(parameterTexts(template, [{ ParameterKey: 'Env', UsePreviousValue: true }], { Env: 'prod' })).toEqual({
    Env: 'prod',
    Size: '2',
  });
});

it.each([
  [64, 'A'.repeat(100), 'B'.repeat(100)],
  [64, 'short', 'B'.repeat(200)],
  [48, 'A'.repeat(128), 'b'],
  [255, 'Stack', 'Logical'],
])('generates names of at most %i characters', (maximum, stack, logical) => {
  const name = physicalName(stack, logical, { maximum });
  expect(name.length).toBeLessThanOrEqual(maximum);
  expect(name).toMatch(new RegExp(`^${stack[0]}+.*-.*-[A-Za-z0-9]{12}$`));
});

it('packs zip archives that are equal for equal files', () => {
  const files = [{ name: 'index.js', content: Buffer.from('exports.handler = 1;') }];
  const archive = zipFiles(files);
  expect(archive.equals(zipFiles(files))).toBe(true);
  const packed = archive.readUInt32LE(18);
  const start = 30 + archive.readUInt16LE(26);
  expect(inflateRawSync(archive.subarray(start, start + packed)).toString()).toBe('exports.handler = 1;');
});
