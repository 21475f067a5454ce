import { fileURLToPath } from 'node:url';

/** A program that is built from a Go module of this checkout. */
export interface GoProgram {
  /** In messages: "the Kubernetes control plane". */
  readonly name: string;
  /** The folder of its Go module. */
  readonly folder: string;
  /** What `go build` is asked for, relative to the folder. */
  readonly package: string;
  /** File name of the binary. */
  readonly file: string;
  /** The required module that it is made of, whose version it carries. */
  readonly module: string;
  linkerFlags(version: string): string;
  /** How many Go packages it has, and about how long the first build takes on two free cores: for the progress shown. */
  readonly packages: number;
  readonly firstBuild: string;
}

/** A folder of the checkout. */
export function moduleFolder(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** `kube/`: etcd, kube-apiserver, kube-controller-manager and kube-scheduler in one binary. */
export function controlPlaneProgram(folder = moduleFolder('kube')): GoProgram {
  return {
    name: 'the Kubernetes control plane',
    folder,
    package: './cmd/tenantry-kube',
    file: 'tenantry-kube',
    module: 'k8s.io/kubernetes',
    linkerFlags: stampVersion,
    packages: 2500,
    firstBuild: '7 minutes',
  };
}

/** Without these, clients see v0.0.0. */
function stampVersion(version: string): string {
  const [, major = '', minor = ''] = version.match(/^v(\d+)\.(\d+)/) ?? [];
  const stamp = (name: string, value: string) => `-X k8s.io/component-base/version.${name}=${value}`;
  return ['-s -w', stamp('gitVersion', version), stamp('gitMajor', major), stamp('gitMinor', minor)].join(' ');
}
