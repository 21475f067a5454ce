import { describe, expect, it } from 'vitest';
import { defaultVclusterSettings } from '../vcluster/settings.ts';
import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { basicNumbers, type WorkspaceNumbers } from '../workspace/numbers.ts';
import { allowedInNamespace, allowedInVcluster } from './allowed.ts';
import { objectObstacles } from './object-obstacles.ts';
import type { PodSpec } from './pod-spec.ts';

const domain = 'acme.tenants.example.com';
const inNamespace = (changes: Partial<WorkspaceNumbers> = {}) =>
  allowedInNamespace('basic', { ...basicNumbers, ...changes }, [domain]);
const inVcluster = allowedInVcluster('basic', basicNumbers, defaultVclusterSettings);

const image = 'public.ecr.aws/app:1';
const deployment = (spec: PodSpec): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'n' },
  spec: { template: { spec } },
});
const why = (object: KubernetesObject, allowed = inNamespace()) =>
  objectObstacles([object], allowed).map((obstacle) => obstacle.why);
const container = (resources: object) => deployment({ containers: [{ name: 'app', image, resources }] });

describe('containers, by what admission makes of them', () => {
  it.each([
    ['within the limits', { limits: { cpu: '2', memory: '4Gi' }, requests: { cpu: '1' } }, []],
    ['nothing stated', {}, []],
    [
      'a limit too high',
      { limits: { cpu: '2500m' } },
      ['container app has limits.cpu 2500m, at most 2 allowed: lower it by 500m'],
    ],
    [
      'a request above the limit that it would get',
      { requests: { cpu: '300m' } },
      ['container app requests cpu 300m and has no limit, and gets one of 250m: state a limit, at most 2'],
    ],
    [
      'a request too low',
      { limits: { cpu: '1' }, requests: { cpu: '5m' } },
      ['container app requests cpu 5m, at least 10m needed: raise it by 5m'],
    ],
    // A limit without a request is the request.
    [
      'a limit too low',
      { limits: { memory: '8Mi' } },
      ['container app requests memory 8Mi, at least 16Mi needed: raise it by 8Mi'],
    ],
  ])('%s', (_what, resources, expected) => {
    expect(why(container(resources))).toEqual(expected);
  });

  it('are summed up in their pod, with init containers that go on running', () => {
    const limits = (cpu: string) => ({ limits: { cpu, memory: '1Gi' } });
    const two = [
      { name: 'a', image, resources: limits('1500m') },
      { name: 'b', image, resources: limits('500m') },
    ];
    expect(why(deployment({ containers: two }))).toEqual([]);
    const init = { name: 'c', image, resources: limits('500m') };
    expect(why(deployment({ containers: two, initContainers: [init] }))).toEqual([]);
    expect(why(deployment({ containers: two, initContainers: [{ ...init, restartPolicy: 'Always' }] }))).toEqual([
      'its containers have limits.cpu 2500m together, at most 2 allowed in a pod: lower them by 500m',
    ]);
  });
});

it('looks into the pods of every kind of workload', () => {
  const spec: PodSpec = { containers: [{ name: 'app', image: 'evil/app' }] };
  const of = (kind: string, apiVersion: string, inner: object): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name: 'x', namespace: 'n' },
    spec: inner,
  });
  const template = { template: { spec } };
  const objects = [
    of('Pod', 'v1', spec),
    ...['Deployment', 'StatefulSet', 'ReplicaSet'].map((kind) => of(kind, 'apps/v1', template)),
    of('Job', 'batch/v1', template),
    of('CronJob', 'batch/v1', { jobTemplate: { spec: template } }),
  ];
  for (const object of objects)
    expect(why(object), object.kind).toEqual([
      'its image evil/app is from another registry, allowed are public.ecr.aws/, registry.k8s.io/',
    ]);
});

it('takes images of init containers and of volumes for images', () => {
  const pod: PodSpec = {
    containers: [{ name: 'app', image }],
    initContainers: [{ name: 'init', image: 'evil/init' }],
    volumes: [{ image: { reference: 'evil/volume' } }],
  };
  expect(why(deployment(pod)).map((text) => text.split(' ')[2])).toEqual(['evil/init', 'evil/volume']);
});

it('knows the nodes of another tier', () => {
  const pod: PodSpec = {
    containers: [{ name: 'app', image }],
    nodeSelector: { 'tenantry.dev/tier': 'gold' },
    tolerations: [{ key: 'tenantry.dev/tier', value: 'basic' }],
  };
  expect(why(deployment(pod))).toEqual(['it asks for the nodes of the tier gold (tenantry.dev/tier)']);
});

it('looks into the claims of StatefulSets', () => {
  const claims = [
    { metadata: { name: 'data' }, spec: { storageClassName: 'gp3', resources: { requests: { storage: '20Gi' } } } },
  ];
  const set = {
    ...deployment({ containers: [{ name: 'app', image }] }),
    kind: 'StatefulSet',
    spec: { volumeClaimTemplates: claims },
  };
  expect(why(set)).toEqual(['its claim data claims 20Gi, at most 10Gi allowed: too large by 10Gi']);
});

it('refuses a claim without a class: the default one may be anything', () => {
  const claim: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'n' },
    spec: { resources: { requests: { storage: '512Mi' } } },
  };
  expect(why(claim)).toEqual([
    'it names no storage class, allowed are gp3',
    'it claims 512Mi, at least 1Gi needed: too small by 512Mi',
  ]);
});

describe('pods without an owner', () => {
  const pod: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'alone', namespace: 'n' },
    spec: { containers: [{ name: 'app', image }] },
  };
  it('are refused where the tier says so, not inside a virtual cluster', () => {
    expect(why(pod)).toEqual([]);
    expect(why(pod, inNamespace({ standalonePods: 'refused' }))).toHaveLength(1);
    expect(why(pod, inVcluster)).toEqual([]);
  });
});

describe('Ingresses', () => {
  const ingress = (spec: object): KubernetesObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'n' },
    spec,
  });
  it('have a class and hosts of the tier; a host that only ends alike is not below the domain', () => {
    const hosts = (...names: string[]) => ({ ingressClassName: 'alb', rules: names.map((host) => ({ host })) });
    expect(why(ingress(hosts(domain, `shop.${domain}`)))).toEqual([]);
    expect(why(ingress(hosts(`evil${domain}`)))).toEqual([`its host evil${domain} is not below ${domain}`]);
    expect(why(ingress({ rules: [{}] }))).toEqual([
      'it has the ingress class (none), allowed are alb',
      `its host (any) is not below ${domain}`,
    ]);
  });

  it('are not the platform’s matter inside a virtual cluster', () => {
    expect(why(ingress({ ingressClassName: 'nginx' }), inVcluster)).toEqual([]);
  });
});
