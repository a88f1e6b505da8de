import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sampleAccount, sampleTour } from '@isochrone/tours';
import { describe, expect, it } from 'vitest';

const read = (name: string) => readFile(new URL(`../sample/${name}`, import.meta.url), 'utf8');
const [page, loader] = await Promise.all([read('index.html'), read('loader.html')]);

it('has the loader as it is given to customers, with the script beside the page', () => {
  const local = loader.replace(/src="[^"]*"/, `src="./${sampleAccount}.js"`);
  expect(page).toContain(local.trim());
});

it('asks for nothing from elsewhere', () => {
  expect(
    [...page.matchAll(/\b(?:src|href)="([^"#]*)"/g)]
      .map(([, address]) => address)
      .filter((a) => !a?.startsWith('data:')),
  ).toEqual([`./${sampleAccount}.js`]);
});

it('can start the sample tour by its id, and has its elements', () => {
  expect(page).toContain(`'${sampleTour.id}'`);
  for (const step of sampleTour.steps) {
    const id = step.kind === 'tooltip' ? step.anchor.path[0]?.slice(1) : '';
    expect(page).toContain(`id="${id}"`);
  }
});

describe('the documentation', () => {
  const documentation = (name: string) => readFile(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

  it('has the loader as it is', async () => {
    expect(await documentation('install-snippet.md')).toContain(loader.trim());
  });

  it('has the hash that a policy needs to allow the loader', async () => {
    const text = /<script>(.*?)<\/script>/s.exec(loader)?.[1] ?? '';
    const hash = createHash('sha256').update(text).digest('base64');
    expect(await documentation('csp.md')).toContain(`'sha256-${hash}'`);
  });
});
