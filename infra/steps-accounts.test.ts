import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { afterAll, describe, expect, it } from 'vitest';
import { BROKER_USERS, TEARDOWN_USERS } from './function-names.ts';
import { Tenantry } from './tenantry.ts';
import { allowedTo, ofType, type Template, target } from './testing/template.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-accounts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function synthesized(): Template {
  const app = new App({ outdir: folder, context: { 'aws:cdk:bundling-stacks': [] }, analyticsReporting: false });
  new Tenantry(new Stack(app, 'Shop'), 'Tenantry', { prefix: 'shop' });
  return app.synth().getStackByName('Shop').template as Template;
}

const template = synthesized();
const functions = new Map(
  ofType(template, 'AWS::Lambda::Function').map(([, { Properties }]) => [
    (Properties['FunctionName'] as string).replace('shop-', ''),
    Properties,
  ]),
);
const rightsOf = (name: string) => allowedTo(template, target(functions.get(name)?.['Role']));

/** What every function may do: write its log, send traces. */
const COMMON = /^(logs:(CreateLogStream|PutLogEvents)|xray:.*)$/;

/** Actions of a function, without the service where that is the table or the organization. */
function actionsOf(name: string): string[] {
  const actions = rightsOf(name).flatMap(({ Action }) => [Action].flat());
  return [...new Set(actions)].filter((action) => !COMMON.test(action)).sort();
}

const items = (...names: string[]) => names.map((name) => `dynamodb:${name}`);
const organization = (...names: string[]) => names.map((name) => `organizations:${name}`);
const moving = [...organization('ListOrganizationalUnitsForParent', 'ListParents', 'ListRoots'), 'sts:AssumeRole'];
const gate = [...items('DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'), 'states:SendTaskSuccess'];

describe('the functions of accounts', () => {
  it.each<[string, string[]]>([
    ['claim-account', items('GetItem', 'PutItem', 'Query', 'UpdateItem')],
    ['assign-account', [...items('GetItem', 'UpdateItem'), ...moving, ...organization('TagResource')]],
    ['plan-account', items('GetItem', 'PutItem', 'UpdateItem')],
    [
      'create-account',
      [
        ...items('GetItem', 'PutItem', 'UpdateItem'),
        ...moving,
        ...organization(
          'DescribeCreateAccountStatus',
          'ListAccounts',
          'ListAccountsForParent',
          'ListCreateAccountStatus',
          'ListTagsForResource',
        ),
      ],
    ],
    ['secure-account', [...items('GetItem', 'UpdateItem'), ...moving]],
    ['check-readiness', [...items('GetItem', 'UpdateItem'), 'sts:AssumeRole']],
    ['apply-baseline', [...items('GetItem', 'UpdateItem'), 'sts:AssumeRole']],
    ['stock-account', items('GetItem', 'UpdateItem')],
    ['enter-gate', gate],
    ['leave-named-gate', gate],
    ['pause-gate', items('DeleteItem', 'GetItem', 'PutItem', 'UpdateItem')],
    [
      'replenish-pool',
      [
        ...items('GetItem', 'PutItem', 'Query', 'UpdateItem'),
        'sqs:SendMessage',
        'states:DescribeExecution',
        'states:StartExecution',
      ],
    ],
    ['begin-cleaning', items('GetItem', 'UpdateItem')],
    ['clean-account', [...items('GetItem', 'UpdateItem'), ...moving]],
    ['return-account', [...items('GetItem', 'UpdateItem'), ...moving, ...organization('UntagResource')]],
    ['quarantine-account', items('GetItem', 'UpdateItem')],
    [
      'ensure-closed',
      [...items('GetItem', 'PutItem', 'UpdateItem'), ...moving, ...organization('DescribeAccount', 'ListAccounts')],
    ],
  ])('%s may do exactly what it does', (name, actions) => {
    expect(actionsOf(name)).toEqual([...actions].sort());
  });

  it('assume the broker where the broker trusts them, and nowhere else', () => {
    const assuming = (role: string) =>
      [...functions.keys()].filter((name) =>
        rightsOf(name).some(
          ({ Action, Resource }) =>
            [Action].flat().includes('sts:AssumeRole') && JSON.stringify(Resource).includes(role),
        ),
      );
    expect(assuming(':role/shop-broker').sort()).toEqual([...BROKER_USERS].sort());
    expect(assuming('role/tenantry/tenantry-teardown')).toEqual([...TEARDOWN_USERS]);
    expect(assuming('OrganizationAccountAccessRole')).toEqual([]);
  });

  it('have the roles that other accounts trust by name', () => {
    for (const [name, { Role }] of functions)
      expect(template.Resources[target(Role)]?.Properties['RoleName'], name).toBe(`shop-${name}`);
    for (const name of BROKER_USERS) {
      const { BROKER_ROLE_ARN, EXTERNAL_ID } = functions.get(name)?.['Environment'].Variables ?? {};
      expect(JSON.stringify(BROKER_ROLE_ARN), name).toContain('999999999999:role/shop-broker');
      expect(JSON.stringify(EXTERNAL_ID), name).toContain('shop:');
    }
  });

  it('change nothing in the organization themselves: that is the broker’s', () => {
    const changing = [...functions.keys()].flatMap((name) =>
      actionsOf(name).filter((action) => /^organizations:(?!List|Describe)/.test(action)),
    );
    expect(changing.sort()).toEqual(['organizations:TagResource', 'organizations:UntagResource']);
  });
});
