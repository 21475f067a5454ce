import { expect, test } from 'vitest';
import { nodePoolSettings } from '../../tenancy/workspace/node-pools.ts';
import type { KubernetesAnswer, KubernetesRequest } from '../kubernetes/client.ts';
import { memoryKubernetes } from '../kubernetes/memory-kubernetes.ts';
import { observeCluster } from './baseline-facts.ts';

const pools = [{ tier: 'premium', settings: nodePoolSettings.parse({ limits: { cpu: '8', memory: '32Gi' } }) }];

/** A cluster that serves these, beside Kubernetes' own kinds: `group/version/Kind`. */
function serving(...types: readonly string[]) {
  const items = types.map((type) => {
    const [name, version, kind] = type.split('/');
    return { metadata: { name }, versions: [{ version, resources: [{ responseKind: { kind } }] }] };
  });
  return answering({ status: 200, body: { kind: 'APIGroupDiscoveryList', items } });
}

function answering(answer: KubernetesAnswer) {
  const kubernetes = memoryKubernetes();
  const requests: KubernetesRequest[] = [];
  kubernetes.answer = async (request) => {
    requests.push(request);
    return answer;
  };
  return { kubernetes, requests };
}

const autoMode = ['karpenter.sh/v1/NodePool', 'eks.amazonaws.com/v1/NodeClass'];

test('one request tells everything, and what is lacking is said', async () => {
  const { kubernetes, requests } = serving('policy.networking.k8s.io/v1alpha2/ClusterNetworkPolicy');
  const { facts, served, lacks } = await observeCluster(kubernetes, pools);
  expect(requests).toHaveLength(1);
  expect(facts).toMatchObject({ clusterNetworkPolicy: { apiVersion: 'policy.networking.k8s.io/v1alpha2' } });
  expect(facts).not.toHaveProperty('autoMode');
  expect(served).toHaveLength(1);
  expect(lacks).toEqual([expect.stringContaining('tier premium'), expect.stringContaining('MutatingAdmissionPolicy')]);
});

test('EKS’s own cluster network policies come first, and stable mutating policies', async () => {
  const group = 'admissionregistration.k8s.io';
  const { kubernetes } = serving(
    'policy.networking.k8s.io/v1alpha2/ClusterNetworkPolicy',
    'networking.k8s.aws/v1alpha1/ClusterNetworkPolicy',
    `${group}/v1beta1/MutatingAdmissionPolicy`,
    `${group}/v1/MutatingAdmissionPolicy`,
  );
  expect((await observeCluster(kubernetes, [])).facts).toMatchObject({
    clusterNetworkPolicy: { apiVersion: 'networking.k8s.aws/v1alpha1' },
    mutatingPolicy: `${group}/v1`,
  });
});

test('Karpenter with other node classes than Auto Mode’s is not Auto Mode', async () => {
  const { kubernetes } = serving('karpenter.sh/v1/NodePool', 'karpenter.k8s.aws/v1/EC2NodeClass');
  expect((await observeCluster(kubernetes, pools)).lacks).toContainEqual(expect.stringContaining('node group'));
});

test('pools wait for the class that Auto Mode makes; without pools nobody asks for it', async () => {
  const { kubernetes } = serving(...autoMode);
  expect((await observeCluster(kubernetes, [])).facts).toMatchObject({ autoMode: {} });
  await expect(observeCluster(kubernetes, pools)).rejects.toMatchObject({ name: 'StillCreating' });
  const type = { apiVersion: 'eks.amazonaws.com/v1', kind: 'NodeClass' };
  await kubernetes.apply({ ...type, metadata: { name: 'default' }, spec: { role: 'nodes' } });
  expect((await observeCluster(kubernetes, pools)).facts).toMatchObject({ autoMode: { nodeClass: { role: 'nodes' } } });
});

test.each([
  [503, { message: 'busy' }, 'ClusterUnreachable'],
  [403, { message: 'cannot get path "/apis"' }, 'KubernetesForbidden'],
  [200, { kind: 'APIGroupList', groups: [] }, 'KubernetesInvalid'],
])('HTTP %i with %j is %s', async (status, body, name) => {
  await expect(observeCluster(answering({ status, body }).kubernetes, [])).rejects.toMatchObject({ name });
});
