/** On every object of a baseline: which release of it this is. */
export const baselineReleaseLabel = 'tenantry.dev/baseline-release';

/**
 * The versions that the baseline has had with everything in it, oldest first: its order, which a hash has not. While functions are
 * deployed the former ones still run, and must not put back what the new ones have replaced. A change of the baseline adds
 * the version that the test names; an entry that was never installed anywhere may be replaced.
 */
export const baselineReleases: readonly string[] = ['96ce7906c069', '41e13991ab30'];

/** The release that this code writes. Clusters with a higher one are left as they are. */
export const baselineRelease = baselineReleases.length;
