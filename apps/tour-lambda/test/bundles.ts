import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Handler } from '../src/http/handler.ts';

export const productionFile = join(import.meta.dirname, '../../../topologies/production.yaml');

/** A folder that is gone when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tour-lambda-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export const readText = (...path: readonly string[]): Promise<string> => readFile(join(...path), 'utf8');

/** Imports a built function as Lambda does: with the environment set, as a module of its own. */
export async function importHandler(
  file: string,
  environment: Readonly<Record<string, string>>,
): Promise<Handler> {
  const before = { ...process.env };
  onTestFinished(() => {
    process.env = before;
  });
  Object.assign(process.env, environment);
  const built: { readonly handler: Handler } = await import(file);
  return built.handler;
}
