import { type BuildOptions, ensureBinary } from '../kube/build.ts';
import { type GoProgram, moduleFolder } from '../kube/go-program.ts';

/** `kube/vcluster`: the program of vcluster's image, without its plugin server. */
export function vclusterProgram(folder = moduleFolder('kube/vcluster')): GoProgram {
  return {
    name: 'vcluster',
    folder,
    package: './cmd/tenantry-vcluster',
    file: 'tenantry-vcluster',
    module: 'github.com/loft-sh/vcluster',
    linkerFlags: (version) =>
      `-s -w -X github.com/loft-sh/vcluster/pkg/telemetry.SyncerVersion=${version.replace(/^v/, '')}`,
    packages: 2100,
    firstBuild: '6 minutes',
  };
}

/**
 * Path of the vcluster binary, which is built once for its sources (about six minutes on two cores, 105 MB) and kept beside the control
 * plane's. `progress` gets a line every few seconds of a build. Throws `KubeAssetsError` with one line and the remedy.
 */
export function ensureVclusterBinary(progress: (line: string) => void, options: BuildOptions = {}): Promise<string> {
  return ensureBinary(vclusterProgram(options.source), progress, options);
}
