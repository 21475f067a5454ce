import { beforeAll, expect, it } from 'vitest';
import { ensureAssembly } from '../cli/up/assembly.ts';
import { allowedTo, ofType, type Resource, readTemplate, type Template, target } from './testing/template.ts';

let template: Template;
let machines: [id: string, resource: Resource][];

beforeAll(async () => {
  template = readTemplate(await ensureAssembly(() => undefined), 'Tenantry');
  machines = ofType(template, 'AWS::StepFunctions::StateMachine');
  expect(machines.length).toBe(14);
}, 300_000);

const substitutions = ({ Properties }: Resource) => Properties['DefinitionSubstitutions'] as Record<string, unknown>;
const invocable = (machine: Resource) =>
  allowedTo(template, target(machine.Properties['RoleArn']))
    .filter(({ Action }) => Action.includes('lambda:InvokeFunction'))
    .flatMap(({ Resource }) => Resource.map(target));

it('every placeholder of a definition is set, and nothing is set that no definition uses', () => {
  for (const [id, machine] of machines) {
    const definition = machine.Properties['DefinitionString'] as string;
    const used = new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
    expect([...used].sort(), id).toEqual(Object.keys(substitutions(machine)).sort());
  }
});

it('a state machine may invoke the functions that its definition names, and no other', () => {
  for (const [id, machine] of machines) {
    const named = Object.values(substitutions(machine))
      .map(target)
      .filter((resource) => template.Resources[resource]?.Type === 'AWS::Lambda::Function');
    expect(invocable(machine).sort(), id).toEqual(named.sort());
  }
});

it('a state machine may start the workflows that its definition names, and no other', () => {
  for (const [id, machine] of machines) {
    const named = Object.values(substitutions(machine))
      .map(target)
      .filter((resource) => template.Resources[resource]?.Type === 'AWS::StepFunctions::StateMachine');
    const startable = allowedTo(template, target(machine.Properties['RoleArn']))
      .filter(({ Action }) => Action.includes('states:StartExecution'))
      .flatMap(({ Resource }) => Resource.map(target));
    expect(startable.sort(), id).toEqual(named.sort());
  }
});

it('every function is either a step of one workflow, one that operations share, the target of a rule, or the command line’s', () => {
  const steps = machines.flatMap(([, machine]) => invocable(machine));
  const targets = ofType(template, 'AWS::Events::Rule').flatMap(([, { Properties }]) =>
    (Properties['Targets'] as { Arn: unknown }[]).map(({ Arn }) => target(Arn)),
  );
  const called = [...steps, ...targets];
  const nameOf = (id: string) => template.Resources[id]?.Properties['FunctionName'] as string;
  const often = called.filter((id, index) => called.indexOf(id) !== index).map(nameOf);
  expect([...new Set(often)].sort()).toEqual(
    [
      // What every operation does at its beginning and end, and at the gates of AWS's limits.
      ...['admit', 'leave-gate', 'reject-request', 'begin-operation', 'enter-gate', 'leave-named-gate'],
      // A deletion suspends, and resumes when it is cancelled.
      ...['suspend-workspace', 'resume-workspace', 'announce-resumed'],
      // A change of tier is a move or one in place, and can be taken back.
      ...['check-tier-change', 'cut-over', 'announce-tier-changed', 'record-failure'],
      // A placement that was left is given up when it is kept no longer, or for the next one.
      ...['begin-retirement', 'forget-placement'],
      // What is made for a tenant is made anew when its tier changes in place.
      ...['ensure-foundation', 'ensure-namespace', 'ensure-vcluster', 'prove-isolation', 'prove-vcluster-isolation'],
    ]
      .map((name) => `tenantry-${name}`)
      .sort(),
  );
  const others = ofType(template, 'AWS::Lambda::Function').filter(([id]) => !called.includes(id));
  // The command line calls these.
  const byHand = ['describe-export', 'plan-tier-change', 'restore-workspace', 'tenant-access'];
  expect(others.map(([id]) => nameOf(id)).sort()).toEqual(byHand.map((name) => `tenantry-${name}`));
});

it('executions are logged in full and traced', () => {
  for (const [id, { Properties }] of machines) {
    expect(Properties['StateMachineType'], id).toBe('STANDARD');
    expect(Properties['TracingConfiguration'], id).toEqual({ Enabled: true });
    const { Level, IncludeExecutionData, Destinations } = Properties['LoggingConfiguration'];
    expect({ Level, IncludeExecutionData }, id).toEqual({ Level: 'ALL', IncludeExecutionData: true });
    const group = template.Resources[target(Destinations[0].CloudWatchLogsLogGroup.LogGroupArn)];
    // The prefix under which AWS keeps the account's log resource policy short.
    expect(group?.Properties['LogGroupName'], id).toMatch(/^\/aws\/vendedlogs\/states\//);
  }
});

it('only roles that the cluster steps run with are its administrators', () => {
  for (const [id, { Properties }] of ofType(template, 'AWS::EKS::AccessEntry')) {
    const role = target(Properties['PrincipalArn']);
    const owner = ofType(template, 'AWS::Lambda::Function').find(
      ([, each]) => target(each.Properties['Role']) === role,
    );
    expect(owner?.[1].Properties['FunctionName'], id).toMatch(
      /^tenantry-(ensure-cluster-baseline|(ensure|release)-(namespace|vcluster)|prove-(vcluster-)?isolation|tenant-access|(suspend|resume|export|restore|transfer|loosen)-workspace|sweep-tenant|(check|plan)-tier-change)$/,
    );
  }
});
