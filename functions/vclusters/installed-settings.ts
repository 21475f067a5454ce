import { defaultVclusterSettings, type VclusterSettings, vclusterSettings } from '../../tenancy/vcluster/settings.ts';
import { config } from '../runtime/config.ts';

/** What the installation's configuration says about virtual clusters under `vclusters`; the defaults if nothing. */
export function installedVclusterSettings(): VclusterSettings {
  return 'vclusters' in config ? vclusterSettings.parse(config.vclusters) : defaultVclusterSettings;
}
