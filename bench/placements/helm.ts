import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ensureBinary } from '../../local/kube/build.ts';
import { type GoProgram, moduleFolder } from '../../local/kube/go-program.ts';
import { chartFolder } from '../../local/vcluster/chart.ts';
import { defaultVclusterSettings } from '../../tenancy/vcluster/settings.ts';

const run = promisify(execFile);

/** `kube/helm`: helm itself, of the version whose engine renders the charts of the tests. */
export function helmProgram(folder = moduleFolder('kube/helm')): GoProgram {
  return {
    name: 'helm',
    folder,
    package: 'helm.sh/helm/v3/cmd/helm',
    file: 'helm',
    module: 'helm.sh/helm/v3',
    linkerFlags: (version) => `-s -w -X helm.sh/helm/v3/internal/version.version=${version}`,
    packages: 1100,
    firstBuild: '4 minutes',
  };
}

/** What the product's own virtual clusters have too, as far as it decides how long the start takes. */
const VALUES = [
  'telemetry.enabled=false',
  // Without an annotation vcluster fails when it writes its own.
  'controlPlane.service.annotations.purpose=bench',
  'controlPlane.service.spec.type=LoadBalancer',
  // EKS Auto Mode makes no storage class the default one.
  `controlPlane.statefulSet.persistence.volumeClaim.storageClass=${defaultVclusterSettings.storage.class}`,
];

/** The path of helm, built first if it is not cached. */
export function ensureHelm(progress: (line: string) => void): Promise<string> {
  return ensureBinary(helmProgram(), progress);
}

/** Installs vcluster's official chart; milliseconds of the command. Throws with helm's message. */
export async function helmInstall(kubeconfig: string, place: { name: string; namespace: string }): Promise<number> {
  const [helm, chart] = await Promise.all([ensureHelm((line) => console.log(line)), chartFolder()]);
  const begun = performance.now();
  await run(helm, [
    ...['install', place.name, chart, '--namespace', place.namespace, '--create-namespace'],
    ...['--kubeconfig', kubeconfig, ...VALUES.flatMap((value) => ['--set', value])],
  ]);
  return performance.now() - begun;
}
