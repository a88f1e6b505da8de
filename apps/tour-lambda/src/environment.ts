import { TourLambdaError } from './errors.ts';
import type { StoreSettings } from './store/client.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export interface Environment {
  readonly region: string;
  /** The table's replica in this region. */
  readonly store: StoreSettings;
  /** The table's replica in another one. */
  readonly storeIn: (region: string) => StoreSettings;
}

/** What the functions read from their environment: see the README for the variables. */
export function readEnvironment(variables: Variables): Environment {
  const region = required(variables, 'AWS_REGION');
  const endpoint = optional(variables, 'AWS_ENDPOINT_URL_DYNAMODB');
  const sessionToken = optional(variables, 'AWS_SESSION_TOKEN');
  const endpoints = endpointsIn(optional(variables, 'TABLE_ENDPOINTS') ?? '{}');
  const common = {
    tableName: optional(variables, 'TABLE_NAME') ?? 'isochrone',
    credentials: {
      accessKeyId: required(variables, 'AWS_ACCESS_KEY_ID'),
      secretAccessKey: required(variables, 'AWS_SECRET_ACCESS_KEY'),
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
  };
  const storeIn = (there: string): StoreSettings => {
    const known = there === region ? endpoint : (endpoints.get(there) ?? endpoint);
    return { region: there, ...common, ...(known === undefined ? {} : { endpoint: known }) };
  };
  return { region, store: storeIn(region), storeIn };
}

function endpointsIn(text: string): ReadonlyMap<string, string> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null)
      return new Map(Object.entries(value).map(([region, url]) => [region, String(url)]));
  } catch {
    // Told below.
  }
  throw new TourLambdaError('TOUR_LAMBDA_ENVIRONMENT', `TABLE_ENDPOINTS is ${JSON.stringify(text)}`, {
    hint: 'expected JSON: the URL of a store by region',
  });
}

/** The value of a variable that must be set; empty counts as unset. */
export function required(variables: Variables, name: string): string {
  const value = optional(variables, name);
  if (value !== undefined) return value;
  throw new TourLambdaError('TOUR_LAMBDA_ENVIRONMENT', `environment variable ${name} is not set`, {
    hint: `set ${name}; Lambda sets AWS_REGION and the credentials itself`,
  });
}

/** The value of a variable; empty counts as unset. */
export const optional = (variables: Variables, name: string): string | undefined =>
  variables[name] || undefined;
