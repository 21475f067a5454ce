import { settings } from '../names.ts';
import { type AdmissionRule, listSetting, specChanges } from './policy.ts';

/** Which storage tenants may claim. */
export const storageRules: readonly AdmissionRule[] = [
  {
    name: 'tenantry-storage-classes',
    resources: [{ apiGroups: [''], resources: ['persistentvolumeclaims'], operations: ['CREATE'] }],
    validations: [
      {
        // '' is not "the default class" but "any volume that is lying about", another tenant's former one included.
        expression: `object.spec.?storageClassName.orValue('') in ${listSetting(settings.storageClasses)}`,
        message: `storageClassName must stand in the namespace's annotation ${settings.storageClasses}.`,
      },
      {
        expression: "object.spec.?volumeName.orValue('') == ''",
        message: 'volumeName must be left out: claims must not pick an existing volume.',
      },
    ],
  },
  {
    // Volumes have no namespace: no selector can tell whose claim will bind to one, so this holds for the whole cluster.
    name: 'tenantry-host-path-volumes',
    resources: [{ apiGroups: [''], resources: ['persistentvolumes'], operations: ['CREATE', 'UPDATE'] }],
    matchConditions: [specChanges],
    validations: [
      {
        expression: '!has(object.spec.hostPath) && !has(object.spec.local)',
        message: 'volumes of type hostPath and local are refused on a cluster that tenants share.',
      },
    ],
  },
];
