import type { ProxyInstance, RegionName } from '@isochrone/topology';
import type { GatewayTrouble } from '../gateway.ts';
import type { ProxyMode } from '../proxy-mode.ts';
import type { WantedFault } from './fault.ts';

/** What all faults together do. It follows from the faults that hold, so undoing them in any order leaves nothing. */
export interface Effects {
  readonly proxyMode: (instance: Pick<ProxyInstance, 'hostname' | 'region'>) => ProxyMode;
  readonly gatewayTrouble: (region: RegionName) => GatewayTrouble;
  /** Whether the region's API is somewhere else than it was. */
  readonly hasMoved: (region: RegionName) => boolean;
  /** Whether the names of the region's API have no address. */
  readonly isNameless: (region: RegionName) => boolean;
  readonly isStoreDown: (region: string) => boolean;
  /** Whether what is written in the region stays there, and what is written elsewhere does not come. */
  readonly isReplicationPaused: (region: string) => boolean;
}

export function effectsOf(faults: readonly WantedFault[]): Effects {
  const holds = (kind: WantedFault['kind'], target: string): boolean =>
    faults.some((fault) => fault.kind === kind && fault.target === target);
  return {
    // The worst of several.
    proxyMode: ({ hostname, region }) => {
      if (holds('proxy-stop', hostname) || holds('region-down', region)) return 'stopped';
      if (holds('proxy-freeze', hostname)) return 'frozen';
      return holds('proxy-drain', hostname) ? 'draining' : 'running';
    },
    gatewayTrouble: (region) => {
      const here = faults.filter(({ target }) => target === region);
      const headers = here.flatMap((fault) =>
        fault.kind === 'api-header' ? [[fault.name, fault.value] as const] : [],
      );
      const errors = here.findLast((fault) => fault.kind === 'api-errors');
      return {
        down: here.some(({ kind }) => kind === 'api-down' || kind === 'region-down'),
        slowMs: Math.max(0, ...here.map((fault) => (fault.kind === 'api-slow' ? fault.ms : 0))),
        wrongCertificate: here.some(({ kind }) => kind === 'api-certificate'),
        ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
        ...(errors ? { errors: { status: errors.status, rate: errors.rate } } : {}),
      };
    },
    hasMoved: (region) => holds('api-move', region),
    isNameless: (region) => holds('api-dns', region),
    isStoreDown: (region) => holds('store-down', region) || holds('region-down', region),
    isReplicationPaused: (region) => holds('replication-pause', region) || holds('region-down', region),
  };
}
