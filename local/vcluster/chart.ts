import { execFile, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { ensureBinary } from '../kube/build.ts';
import { requiredVersion } from '../kube/build-source.ts';
import { type GoProgram, moduleFolder } from '../kube/go-program.ts';
import { vclusterProgram } from './build.ts';

const run = promisify(execFile);

export interface ChartRequest {
  /** Of the release: the name of the virtual cluster. */
  readonly name: string;
  readonly namespace: string;
  /** As a values file gives them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Of the host cluster; the chart asks for it. Default: v1.35.4. */
  readonly kubernetesVersion?: string;
}

export interface RenderedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** `kube/chart`: helm's template engine. */
export function renderChartProgram(folder = moduleFolder('kube/chart')): GoProgram {
  return {
    name: 'the renderer of helm charts',
    folder,
    package: './cmd/render-chart',
    file: 'render-chart',
    module: 'helm.sh/helm/v3',
    linkerFlags: () => '-s -w',
    packages: 502,
    firstBuild: '2 minutes',
  };
}

/** The folder of vcluster's official chart, of the very version whose program runs here: it is in the same Go module. */
export async function chartFolder(): Promise<string> {
  const { folder, module } = vclusterProgram();
  const wanted = `${module}@${requiredVersion({ folder, module })}`;
  const { stdout } = await run('go', ['mod', 'download', '-json', wanted], { cwd: folder });
  return `${(JSON.parse(stdout) as { Dir: string }).Dir}/chart`;
}

/**
 * The objects that `helm template` makes of vcluster's official chart, rendered by helm's own engine (built once, cached).
 * Throws with helm's message for values that the chart's schema or templates refuse.
 */
export async function renderChart(
  request: ChartRequest,
  progress: (line: string) => void = () => undefined,
): Promise<RenderedObject[]> {
  const [binary, chart] = await Promise.all([ensureBinary(renderChartProgram(), progress), chartFolder()]);
  const { name, namespace, values, kubernetesVersion = 'v1.35.4' } = request;
  const child = spawn(binary, [chart, name, namespace, kubernetesVersion], { stdio: 'pipe' });
  // JSON is YAML. A child that ended before it read says why on its standard error.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(values));
  const [output, complaint, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve)),
  ]);
  if (code !== 0) throw new Error(complaint.trim() || `render-chart ended with ${code}`);
  return parseAllDocuments(output)
    .map((document) => document.toJS() as RenderedObject | null)
    .filter((object) => object !== null);
}
