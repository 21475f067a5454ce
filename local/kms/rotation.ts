import type { Cloud, Operation } from '../kernel/service.ts';
import { onKey } from './access.ts';
import { wholeNumber } from './errors.ts';
import { type KeyRecord, type Keys, keyArn, newMaterial, refuseUnusable } from './keys.ts';

const DAY = 86_400_000;

/**
 * The key with the material that is due: a key whose rotation is on gets new material every so many days, and keeps the old for
 * what was encrypted with it. https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
 */
export function rotated(keys: Keys, key: KeyRecord, now: number): KeyRecord {
  let { rotation, materials } = key;
  if (!rotation || rotation.nextAt > now) return key;
  while (rotation.nextAt <= now) {
    materials = [...materials, newMaterial()];
    rotation = { ...rotation, nextAt: rotation.nextAt + rotation.days * DAY };
  }
  const fresh = { ...key, rotation, materials };
  keys.save(fresh);
  return fresh;
}

/** Automatic rotation, of 90 to 2,560 days (365). */
export function rotationOperations(cloud: Cloud, keys: Keys): Record<string, Operation> {
  return {
    EnableKeyRotation: {
      authorize: onKey('EnableKeyRotation', keys, (input) => ({
        'kms:RotationPeriodInDays': String(input.RotationPeriodInDays ?? 365),
      })),
      handle(input, context) {
        const key = keys.require(input.KeyId, context);
        refuseUnusable(key);
        const days = wholeNumber(
          input.RotationPeriodInDays,
          'rotationPeriodInDays',
          90,
          2560,
          key.rotation?.days ?? 365,
        );
        if (key.rotation?.days === days) return;
        keys.save({ ...key, rotation: { days, nextAt: cloud.clock.now() + days * DAY } });
      },
    },
    DisableKeyRotation: {
      authorize: onKey('DisableKeyRotation', keys),
      handle(input, context) {
        const { rotation: _ended, ...key } = keys.require(input.KeyId, context);
        refuseUnusable(key);
        keys.save(key);
      },
    },
    GetKeyRotationStatus: {
      authorize: onKey('GetKeyRotationStatus', keys),
      handle(input, context) {
        const key = rotated(keys, keys.require(input.KeyId, context), cloud.clock.now());
        const { rotation } = key;
        // Nothing rotates that is pending deletion.
        if (!rotation || key.deletionAt !== undefined) return { KeyId: keyArn(key), KeyRotationEnabled: false };
        return {
          KeyId: keyArn(key),
          KeyRotationEnabled: true,
          RotationPeriodInDays: rotation.days,
          NextRotationDate: new Date(rotation.nextAt),
        };
      },
    },
  };
}
