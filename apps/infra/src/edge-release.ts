import { createHash } from 'node:crypto';
import { type EdgeSettings, productionSettings, renderEdgeProxy, renderHaproxy } from '@isochrone/config-gen';
import type { ProxyInstance, Topology } from '@isochrone/topology';

export interface ReleaseFile {
  /** Its name in the instance's folder. */
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly sha256: string;
  /** In the bucket: the hash of its content, so that a key never means two things. */
  readonly key: string;
}

/** What one instance runs, but for its certificate. */
export interface EdgeRelease {
  readonly files: readonly ReleaseFile[];
  /** Lines of: SHA-256, key, name. Its own key is its hash, too. */
  readonly manifest: ReleaseFile;
}

/** The release of one instance: its configuration, and where the engine is ours the engine itself. */
export function edgeRelease(
  topology: Topology,
  instance: ProxyInstance,
  edgeProxyBundle: Uint8Array,
  settings: EdgeSettings = productionSettings,
): EdgeRelease {
  const files =
    instance.engine === 'haproxy'
      ? [releaseFile('haproxy.cfg', renderHaproxy(topology, instance, settings))]
      : [
          releaseFile('edge-proxy.json', renderEdgeProxy(topology, instance, settings)),
          releaseFile('main.mjs', edgeProxyBundle),
        ];
  const lines = files.map(({ sha256, key, name }) => `${sha256} ${key} ${name}\n`);
  return { files, manifest: releaseFile('manifest.txt', lines.join('')) };
}

function releaseFile(name: string, content: string | Uint8Array): ReleaseFile {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { name, content, sha256, key: `${sha256}${name.slice(name.lastIndexOf('.'))}` };
}
