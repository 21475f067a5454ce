import { inject } from 'vitest';

const endpoints = inject('endpoints');
/** Which of the workers this one is, from 1. Of two that run at the same time no two have the same number. */
const worker = Number(process.env['VITEST_POOL_ID'] ?? 1);

/** Endpoint of the local cloud that the files of this worker share, one after another. */
export const endpoint = endpoints[(worker - 1) % endpoints.length] ?? '';
