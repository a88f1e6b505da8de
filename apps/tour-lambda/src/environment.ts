import { TourLambdaError } from './errors.ts';
import type { StoreSettings } from './store/client.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export interface Environment {
  readonly region: string;
  readonly store: StoreSettings;
}

/** What the functions read from their environment: AWS_REGION, TABLE_NAME, AWS_ENDPOINT_URL_DYNAMODB, credentials. */
export function readEnvironment(variables: Variables): Environment {
  const region = required(variables, 'AWS_REGION');
  const endpoint = optional(variables, 'AWS_ENDPOINT_URL_DYNAMODB');
  const sessionToken = optional(variables, 'AWS_SESSION_TOKEN');
  return {
    region,
    store: {
      region,
      tableName: optional(variables, 'TABLE_NAME') ?? 'isochrone',
      ...(endpoint === undefined ? {} : { endpoint }),
      credentials: {
        accessKeyId: required(variables, 'AWS_ACCESS_KEY_ID'),
        secretAccessKey: required(variables, 'AWS_SECRET_ACCESS_KEY'),
        ...(sessionToken === undefined ? {} : { sessionToken }),
      },
    },
  };
}

/** The value of a variable that must be set; empty counts as unset. */
export function required(variables: Variables, name: string): string {
  const value = optional(variables, name);
  if (value !== undefined) return value;
  throw new TourLambdaError('TOUR_LAMBDA_ENVIRONMENT', `environment variable ${name} is not set`, {
    hint: `set ${name}; Lambda sets AWS_REGION and the credentials itself`,
  });
}

const optional = (variables: Variables, name: string): string | undefined => variables[name] || undefined;
