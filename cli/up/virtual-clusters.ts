import { ensureVclusterBinary } from '../../local/vcluster/build.ts';
import type { TenantryConfig } from '../../tenancy/config.ts';

type Build = (progress: (line: string) => void) => Promise<unknown>;

/**
 * Has vcluster's program built in the background where a tier of the configuration lives in virtual clusters: nobody else waits for it,
 * and the first virtual cluster does. Silent if it is cached. A build that fails is told, with its remedy, and tried again by
 * the first virtual cluster. Resolves in any case.
 */
export async function buildAhead(
  { tiers }: Pick<TenantryConfig, 'tiers'>,
  line: (text: string) => void,
  build: Build = ensureVclusterBinary,
): Promise<void> {
  const names = Object.entries(tiers).flatMap(([name, { placement }]) =>
    placement.workspace === 'vcluster' ? [name] : [],
  );
  if (names.length === 0) return;
  let said = false;
  const say = (text: string) => {
    if (!said)
      line(`virtual clusters (${names.join(', ')}) need a program of their own; it is built in the background`);
    said = true;
    line(`  ${text}`);
  };
  try {
    await build(say);
  } catch (error) {
    line(`warn: no virtual clusters until this is put right: ${(error as Error).message}`);
  }
}
