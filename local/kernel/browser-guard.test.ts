import { describe, expect, it } from 'vitest';
import { refusalOfBrowsers } from './browser-guard.ts';

describe('refusalOfBrowsers', () => {
  it.each([
    { host: '127.0.0.1:4566' },
    { host: 'localhost' },
    { host: 'LOCALHOST:80' },
    { host: 'bucket.localhost:4566' },
    { host: '[::1]:4566' },
    { host: '127.0.0.1:4566', origin: 'http://localhost:5173' },
    { host: '127.0.0.1:4566', origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'cross-site' },
    { host: '127.0.0.1:4566', 'sec-fetch-site': 'none' },
  ])('lets %o through', (headers) => {
    expect(refusalOfBrowsers(headers as Record<string, string>)).toBeUndefined();
  });

  it.each([
    {},
    { host: '' },
    { host: 'evil.example:4566' },
    { host: '127.0.0.1.evil.example' },
    { host: 'localhost.evil.example' },
    { host: '127.0.0.1:4566', origin: 'https://evil.example' },
    { host: '127.0.0.1:4566', origin: 'https://127.0.0.1.evil.example' },
    { host: '127.0.0.1:4566', origin: 'null' },
    { host: '127.0.0.1:4566', origin: 'file://' },
    { host: '127.0.0.1:4566', 'sec-fetch-site': 'cross-site' },
  ])('refuses %o', (headers) => {
    expect(refusalOfBrowsers(headers as Record<string, string>)).toMatch(/^The local cloud serves/);
  });
});
