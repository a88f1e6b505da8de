import { apiHostname, type ProxyInstance, type RegionName, type Topology } from '@isochrone/topology';
import {
  apiAddress,
  type Endpoint,
  type LoopbackPrefix,
  movedApiAddress,
  proxyAddress,
} from './address-plan.ts';
import { freePort, hasManyLoopbackAddresses } from './listening.ts';

/**
 * Where everything listens. Names resolve to addresses, as in production; where the system has 127.0.0.1 alone, a
 * proxy's address is a name tag, and the book knows the port that stands behind it.
 */
export interface AddressBook {
  /** Makes room for the topology's regions; what is already there keeps its place. */
  readonly add: (topology: Topology) => Promise<void>;
  readonly proxy: (proxy: Pick<ProxyInstance, 'region' | 'number'>) => Endpoint;
  /** Where a proxy's metrics are. */
  readonly proxyAdmin: (proxy: Pick<ProxyInstance, 'region' | 'number'>) => Endpoint;
  readonly api: (region: RegionName) => Endpoint;
  /** Where an API can move to; undefined where there are no addresses to spare. */
  readonly apiElsewhere: (region: RegionName) => Endpoint | undefined;
  /** The address that DNS gives for a proxy. */
  readonly proxyRecord: (proxy: Pick<ProxyInstance, 'region' | 'number'>) => string;
  /** The address that DNS gives for an API. */
  readonly apiRecord: (region: RegionName) => string;
  /** Where to connect for an address that DNS gave as the answer for a name. */
  readonly behind: (address: string, hostname: string) => Endpoint | undefined;
}

/** @param port the port of every server, where each has an address of its own */
export async function openAddressBook(
  prefix: LoopbackPrefix,
  port: number,
  options: { readonly singleAddress: boolean },
): Promise<AddressBook> {
  const many = !options.singleAddress && (await hasManyLoopbackAddresses(`${prefix}.0.1`));
  return many ? addressEach(prefix, port) : portEach(prefix);
}

/** From 8443 to 9180, as in production. */
const ADMIN_DISTANCE = 737;
const LAST_PORT = 65_535;

/** It follows the proxies' own port, because that is what tells worlds apart that share their addresses. */
const adminPort = (port: number): number =>
  port + ADMIN_DISTANCE <= LAST_PORT ? port + ADMIN_DISTANCE : port - ADMIN_DISTANCE;

function addressEach(prefix: LoopbackPrefix, port: number): AddressBook {
  return {
    add: async () => {},
    proxy: (proxy) => ({ address: proxyAddress(prefix, proxy), port }),
    proxyAdmin: (proxy) => ({ address: proxyAddress(prefix, proxy), port: adminPort(port) }),
    api: (region) => ({ address: apiAddress(prefix, region), port }),
    apiElsewhere: (region) => ({ address: movedApiAddress(prefix, region), port }),
    proxyRecord: (proxy) => proxyAddress(prefix, proxy),
    apiRecord: (region) => apiAddress(prefix, region),
    behind: (address) => ({ address, port }),
  };
}

const ONLY_ADDRESS = '127.0.0.1';

function portEach(prefix: LoopbackPrefix): AddressBook {
  const proxies = new Map<string, Endpoint>();
  const admins = new Map<string, Endpoint>();
  const apis = new Map<RegionName, Endpoint>();
  const apiNames = new Map<string, RegionName>();
  const known = <T>(endpoint: T | undefined, what: string): T => {
    if (endpoint === undefined) throw new Error(`${what} was never added to the address book`);
    return endpoint;
  };
  const book: AddressBook = {
    add: async (topology) => {
      for (const { name, proxies: instances } of topology.regions) {
        apiNames.set(apiHostname(topology, name), name);
        if (!apis.has(name)) apis.set(name, { address: ONLY_ADDRESS, port: await freePort(ONLY_ADDRESS) });
        for (const instance of instances) {
          const tag = proxyAddress(prefix, instance);
          for (const ports of [proxies, admins])
            if (!ports.has(tag))
              ports.set(tag, { address: ONLY_ADDRESS, port: await freePort(ONLY_ADDRESS) });
        }
      }
    },
    proxy: (proxy) =>
      known(proxies.get(proxyAddress(prefix, proxy)), `proxy${proxy.number} of ${proxy.region}`),
    proxyAdmin: (proxy) =>
      known(admins.get(proxyAddress(prefix, proxy)), `proxy${proxy.number} of ${proxy.region}`),
    api: (region) => known(apis.get(region), region),
    apiElsewhere: () => undefined,
    proxyRecord: (proxy) => proxyAddress(prefix, proxy),
    apiRecord: () => ONLY_ADDRESS,
    behind: (address, hostname) => {
      const region = apiNames.get(hostname) ?? apis.keys().next().value;
      return proxies.get(address) ?? (region === undefined ? undefined : apis.get(region));
    },
  };
  return book;
}
