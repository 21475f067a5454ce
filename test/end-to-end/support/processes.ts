import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DescribeClusterCommand, type EKSClient } from '@aws-sdk/client-eks';
import type { KubeConfig } from '@kubernetes/client-node';
import { request } from './kubernetes.ts';

/** What the command lines of a cluster's processes name: its files are in a folder of that id, which EKS gives it. */
export async function markOfCluster(eks: EKSClient, name: string): Promise<string> {
  const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
  const id = cluster?.identity?.oidc?.issuer?.split('/').at(-1);
  if (!id) throw new Error(`${name} has no OIDC issuer`);
  return id;
}

/** The same of a virtual cluster: all its files are on its volume. */
export async function markOfVirtualCluster(host: KubeConfig, namespace: string): Promise<string> {
  const { text } = await request(host, 'GET', '/api/v1/persistentvolumes');
  const { items } = JSON.parse(text) as {
    items: { metadata: { name: string }; spec: { claimRef?: { namespace?: string } } }[];
  };
  const volume = items.find(({ spec }) => spec.claimRef?.namespace === namespace);
  if (!volume) throw new Error(`there is no volume of ${namespace}`);
  return volume.metadata.name.replace('pvc-', '');
}

/** Command lines of this machine that name the mark. */
export async function processesWith(mark: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-ww', '-eo', 'pid,args'], { maxBuffer: 2 ** 24 });
  return stdout.split('\n').filter((line) => line.includes(mark));
}
