import { expect, test } from 'vitest';
import { AwsError } from '../errors.ts';
import type { Service } from '../service.ts';
import { decodeEc2, ec2Codec } from './ec2.ts';

const names = {
  input: { ResourceId: 'Resources' },
  output: { Vpcs: 'vpcSet', Tags: 'tagSet', 'AvailabilityZones.State': 'zoneState' },
};
const service: Service = {
  name: 'ec2',
  protocol: { kind: 'ec2', version: '2016-11-15', namespace: 'urn:ec2', names },
  operations: {},
};

test('lists are numbered and in the singular', () => {
  const text = 'Action=X&Version=1&Filter.1.Name=a&Filter.1.Value.1=b&Filter.1.Value.2=c&ResourceId.1=i&VpcId=v';
  expect(decodeEc2(new URLSearchParams(text), names)).toEqual({
    Filters: [{ Name: 'a', Values: ['b', 'c'] }],
    Resources: ['i'],
    VpcId: 'v',
  });
});

test('endless nesting is the client’s mistake', () => {
  const text = `${'a.'.repeat(50_000)}a=1`;
  expect(() => decodeEc2(new URLSearchParams(text), names)).toThrow(expect.objectContaining({ status: 404 }));
});

test('eleven items keep their order', () => {
  const text = Array.from({ length: 11 }, (_, index) => `VpcId.${index + 1}=v${index}`).join('&');
  expect(decodeEc2(new URLSearchParams(text), names)['VpcIds']).toHaveLength(11);
  expect(decodeEc2(new URLSearchParams(text), names)['VpcIds']).toEqual(
    Array.from({ length: 11 }, (_, index) => `v${index}`),
  );
});

test('answers have items, and names by the list they are in', () => {
  const output = {
    Vpcs: [{ VpcId: 'v', IsDefault: false, State: 'available', Tags: [{ Key: 'k', Value: '<' }] }],
    AvailabilityZones: [{ State: 'available' }],
  };
  expect(ec2Codec.encode(service, 'Describe', output, 'r').body).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<DescribeResponse xmlns="urn:ec2"><requestId>r</requestId>' +
      '<vpcSet><item><vpcId>v</vpcId><isDefault>false</isDefault><state>available</state>' +
      '<tagSet><item><key>k</key><value>&lt;</value></item></tagSet></item></vpcSet>' +
      '<availabilityZones><item><zoneState>available</zoneState></item></availabilityZones></DescribeResponse>',
  );
});

test('errors have the shape of EC2', () => {
  const { status, body } = ec2Codec.encodeError(service, new AwsError('DependencyViolation', 'no'), 'r');
  expect(status).toBe(400);
  expect(body).toContain(
    '<Response><Errors><Error><Code>DependencyViolation</Code><Message>no</Message></Error></Errors><RequestID>r</RequestID></Response>',
  );
});
