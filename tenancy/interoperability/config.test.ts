import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseConfig } from '../config.ts';

const whole = JSON.parse(readFileSync('tenantry.config.json', 'utf8')) as object;
const parse = (sbt: object) => parseConfig({ ...whole, interoperability: { sbt } }, 'x.json').interoperability?.sbt;

it('is what SBT itself does unless somebody says otherwise', () => {
  expect(parse({})).toEqual({
    source: 'saas.sbt',
    controlPlaneSource: 'sbt.control.plane',
    applicationPlaneSource: 'sbt.application.plane',
    detailTypePrefix: 'sbt_aws_',
    fields: { tenantName: 'tenantName', email: 'email', tier: 'tier' },
    tiers: {},
    echo: ['tenantName', 'email', 'prices'],
    immediateDeletion: false,
  });
});

it.each([
  [{ source: 'shop.sbt' }, /interoperability\.sbt\.source: is accepted by none of acceptedSources: saas\./],
  [{ tiers: { PLATINUM: 'platinum' } }, /interoperability\.sbt\.tiers\.PLATINUM: there is no tier "platinum"/],
  [{ defaultTier: 'constructor' }, /interoperability\.sbt\.defaultTier: there is no tier "constructor"/],
  [
    { eventBus: 'arn:aws:sqs:us-east-1:111111111111:bus' },
    /interoperability\.sbt\.eventBus: must be the name or the ARN/,
  ],
  [{ eventbus: 'sbt' }, /eventbus/],
])('refuses %j by name', (sbt, message) => {
  expect(() => parse(sbt)).toThrow(message);
});
