import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serverStateFile } from '../src/edge-settings.ts';
import {
  edgeProxyConfigSchema,
  generate,
  instanceName,
  productionSettings,
  renderHaproxy,
} from '../src/index.ts';
import { haproxyCheck, settingsIn, temporaryDirectory } from './support/check.ts';
import { cases, instancesOf, topologyOf } from './support/topologies.ts';

const golden = join(import.meta.dirname, 'golden');

describe.each(cases)('%s', (name) => {
  const topology = topologyOf(name);
  const source = `topologies/${name}.yaml`;
  const files = generate(topology, { source });

  it('generates the files that are committed', async () => {
    for (const { path, content } of files) {
      await expect(content).toMatchFileSnapshot(join(golden, name, path));
    }
    const entries = await readdir(join(golden, name), { recursive: true, withFileTypes: true });
    const committed = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(committed.sort()).toEqual(files.map(({ path }) => join(golden, name, path)).sort());
  });

  it('generates haproxy.cfg files that haproxy takes without a warning', async () => {
    const directory = await temporaryDirectory();
    const settings = await settingsIn(directory);
    for (const instance of instancesOf(topology)) {
      const rendered = renderHaproxy(topology, instance, settings, source);
      const generated = files.find(({ path }) => path === `proxies/${instanceName(instance)}/haproxy.cfg`);
      expect(
        generated?.content
          .replaceAll(productionSettings.certificate, settings.certificate)
          .replaceAll(productionSettings.originCa, settings.originCa)
          .replaceAll(serverStateFile(productionSettings), serverStateFile(settings))
          .replaceAll(productionSettings.adminSocket, settings.adminSocket),
      ).toBe(rendered);
      expect(await haproxyCheck(directory, rendered)).toBe('Configuration file is valid');
    }
  });

  it('generates edge-proxy.json files that their own schema takes', () => {
    const configs = files.filter(({ path }) => path.endsWith('edge-proxy.json'));
    expect(configs).toHaveLength(instancesOf(topology).length);
    for (const { content } of configs)
      expect(edgeProxyConfigSchema.safeParse(JSON.parse(content)).error).toBeUndefined();
  });
});
