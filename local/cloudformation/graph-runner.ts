import type { DependencyGraph } from './dependencies.ts';

/**
 * Runs `visit` for every node, each as soon as all it depends on are done; independent ones run side by side.
 * After the first failure nothing new starts and `cancel` is called once; returns the nodes that failed, after all
 * that had started are done.
 */
export async function visitGraph(
  graph: DependencyGraph,
  visit: (node: string) => Promise<boolean>,
  cancel: () => void = () => undefined,
): Promise<string[]> {
  const done = new Set<string>();
  const started = new Set<string>();
  const failed: string[] = [];
  await new Promise<void>((resolve, reject) => {
    let running = 0;
    const finish = (node: string, succeeded: boolean) => {
      running--;
      if (succeeded) done.add(node);
      else {
        if (failed.length === 0) cancel();
        failed.push(node);
      }
      advance();
    };
    const advance = () => {
      if (failed.length === 0) {
        for (const [node, dependencies] of graph) {
          if (started.has(node) || ![...dependencies].every((dependency) => done.has(dependency))) continue;
          started.add(node);
          running++;
          visit(node).then((succeeded) => finish(node, succeeded), reject);
        }
      }
      if (running === 0) resolve();
    };
    advance();
  });
  return failed;
}
