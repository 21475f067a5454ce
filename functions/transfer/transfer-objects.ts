import { setTimeout as pause } from 'node:timers/promises';
import { CatalogueError } from '../../tenancy/errors.ts';
import { type Comparison, compareObjects, differingPaths, extraAmong } from '../../tenancy/transfer/compare.ts';
import { nameOf } from '../../tenancy/transfer/named.ts';
import { inOrder } from '../../tenancy/transfer/order.ts';
import type { Place } from '../../tenancy/transfer/place.ts';
import { obstacleText, type TransferPlan } from '../../tenancy/transfer/plan.ts';
import { whyLeft } from '../../tenancy/transfer/whose.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { timeLeft } from '../runtime/time-left.ts';
import { apiResources } from './api-resources.ts';
import { applyObject, deleteObject } from './apply-object.ts';
import { listTenantObjects } from './list-tenant-objects.ts';
import { readTarget, type Target } from './read-target.ts';
import { readableBy } from './readable.ts';

/** Requests under way at once. */
const AT_ONCE = 8;

/** Milliseconds that are kept for the answer and what comes after it. */
const RESERVE = 20_000;

/** When to try again what was refused though something else went through: what it waited for may be known a moment later. */
const PAUSE = 200;

/** Refusals that are named in a message. */
const NAMED = 20;

export interface TransferOptions {
  /** Milliseconds until the caller's time is over; that of the Lambda invocation, where there is one. */
  readonly timeLeft?: () => number;
  readonly wait?: (milliseconds: number) => Promise<unknown>;
  /** Whether an object that is there and says something else is made what the plan says; it is refused if not. Default true. */
  readonly overwrite?: boolean;
  /**
   * The target's place, where what an earlier transfer made there, and the source has lost since, is to be removed. Only for a target
   * to which nothing was transferred but from this source. Left out, nothing is deleted.
   */
  readonly mirror?: Place;
}

export interface Transferred {
  /** Objects that were written this time: none, if all was there already. */
  readonly written: number;
  /** How the target compares with the plan, read after the last write. */
  readonly comparison: Comparison;
}

/**
 * Ensures that the target has every object of the plan, in order, and compares. What is there as it should be is not touched, so
 * whoever comes a second time, or after the first was killed half way, goes on where that one was. Nothing is deleted but by
 * `mirror`, and the source is not touched. `target` should be the tenant itself: then RBAC and admission refuse what they would refuse it.
 * @throws TransferRefused with every object that is refused and why: by obstacles of the plan before anything is written, by the
 *   API server after everything else was.
 * @throws StillCreating when the time is over, with how much is left: the next call goes on.
 */
export async function transferObjects(
  target: Kubernetes,
  plan: TransferPlan,
  { timeLeft: left = timeLeft, wait = pause, overwrite = true, mirror }: TransferOptions = {},
): Promise<Transferred> {
  if (plan.obstacles.length > 0) throw new CatalogueError('TransferRefused', obstacleText(plan.obstacles));
  let written = 0;
  let refused = new Map<string, string>();
  // Each pass writes what is still missing. The last one refuses nothing, gets nothing through, or refuses as much as the one before:
  // what waited for another object would have gone through, and what differs again after each write could keep it going for ever.
  for (let before = Number.POSITIVE_INFINITY; ; before = refused.size) {
    const live = await readTarget(target, plan.objects);
    const missing = missingIn(live, plan);
    const pass = await writeAll(target, live, missing, { left, wait, overwrite });
    written += pass.written;
    refused = pass.refused;
    if (refused.size === 0 || pass.written === 0 || refused.size >= before) break;
    await wait(PAUSE);
  }
  if (refused.size > 0) throw refusal(refused);
  if (mirror) await removeExtra(target, plan, mirror);
  const { objects } = await readTarget(target, plan.objects);
  const comparison = compareObjects(plan, objects);
  if (!mirror) return { written, comparison };
  return { written, comparison: { ...comparison, extra: (await extraIn(target, plan, mirror)).map(nameOf) } };
}

/** What runs goes first, and what it needs after it. Exactly the objects that were read: one that was made anew meanwhile stays. */
async function removeExtra(kubernetes: Kubernetes, plan: TransferPlan, place: Place): Promise<void> {
  const extra = await extraIn(kubernetes, plan, place);
  if (extra.length === 0) return;
  const resources = await apiResources(kubernetes);
  for (const object of inOrder(extra).reverse()) {
    const { apiVersion, kind } = object;
    const resource = resources.find((each) => each.apiVersion === apiVersion && each.kind === kind);
    if (resource) await deleteObject(kubernetes, resource, object);
  }
}

/** Of all kinds, and in all namespaces: the source may have lost the last object of a kind, or a whole namespace. */
async function extraIn(kubernetes: Kubernetes, plan: TransferPlan, place: Place): Promise<KubernetesObject[]> {
  return extraAmong(plan, await listTenantObjects(readableBy(kubernetes), place));
}

/** What is not in the target as it should be, in order. */
function missingIn({ byName }: Target, { objects, scaled }: TransferPlan): KubernetesObject[] {
  return objects.filter((object) => {
    const name = nameOf(object);
    const found = byName.get(name);
    return found === undefined || differingPaths(object, found, scaled.has(name)).length > 0;
  });
}

interface WriteOptions {
  readonly wait: (milliseconds: number) => Promise<unknown>;
  readonly overwrite: boolean;
}

interface Pass {
  written: number;
  refused: Map<string, string>;
}

async function writeAll(
  kubernetes: Kubernetes,
  target: Target,
  objects: readonly KubernetesObject[],
  { left, ...options }: WriteOptions & { left: () => number },
): Promise<Pass> {
  const pass: Pass = { written: 0, refused: new Map() };
  let begin = 0;
  while (begin < objects.length) {
    const batch = nextBatch(objects, begin);
    if (left() < RESERVE) {
      const rest = objects.length - begin;
      throw new CatalogueError(
        'StillCreating',
        `${rest} objects are still to be transferred; the next is ${nextName(batch)}.`,
      );
    }
    const reasons = await Promise.all(batch.map((object) => write(kubernetes, target, object, options)));
    for (const [index, reason] of reasons.entries()) {
      const object = batch[index];
      if (reason === undefined) pass.written += 1;
      else if (object !== undefined) pass.refused.set(nameOf(object), reason);
    }
    begin += batch.length;
  }
  return pass;
}

/** A few objects of one kind: those of the next may need them. */
function nextBatch(objects: readonly KubernetesObject[], begin: number): KubernetesObject[] {
  const first = objects[begin];
  const batch = objects.slice(begin, begin + AT_ONCE);
  const end = batch.findIndex((each) => each.kind !== first?.kind || each.apiVersion !== first.apiVersion);
  return end === -1 ? batch : batch.slice(0, end);
}

function nextName([first]: readonly KubernetesObject[]): string {
  return first === undefined ? '' : nameOf(first);
}

/** Why the object cannot be written; undefined if it is. */
async function write(
  kubernetes: Kubernetes,
  target: Target,
  object: KubernetesObject,
  { wait, overwrite }: WriteOptions,
): Promise<string | undefined> {
  const found = target.byName.get(nameOf(object));
  const whose = found && whyLeft(found);
  if (whose === 'platform') return 'the platform has an object of that kind and name in the target';
  // What every cluster makes by itself (the default account) is nobody's.
  if (found && whose !== 'cluster' && !overwrite) return 'it is there already, differs, and is not overwritten';
  const resource = await target.resourceOf(object, wait);
  if (resource === undefined) return `the target does not serve ${object.apiVersion} ${object.kind}`;
  return applyObject(kubernetes, resource, object);
}

function refusal(refused: ReadonlyMap<string, string>): CatalogueError {
  const named = [...refused].slice(0, NAMED).map(([object, reason]) => `${object}: ${reason}`);
  const more = refused.size > NAMED ? [`and ${refused.size - NAMED} more`] : [];
  return new CatalogueError('TransferRefused', `The target refuses ${[...named, ...more].join('; ')}.`);
}
