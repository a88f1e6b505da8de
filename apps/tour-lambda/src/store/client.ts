import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TourLambdaError } from '../errors.ts';

export interface StoreSettings {
  readonly region: string;
  readonly tableName: string;
  /** Only where the store is not DynamoDB's own regional endpoint. */
  readonly endpoint?: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Milliseconds that one operation may take, attempts and pauses together: an answer of 503 leaves within a second. */
const DEADLINE_MS = 800;

/**
 * A client that gives up soon. A second attempt within the deadline is for kept-alive connections that DynamoDB
 * closed while the function was frozen: they fail at once, and only when they are used.
 */
export function createClient(
  { region, endpoint, credentials }: StoreSettings,
  { maxAttempts = 2 } = {},
): DynamoDBClient {
  return new DynamoDBClient({
    region,
    credentials,
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts,
    // Said here, or the SDK would look for them in files that a Lambda does not have.
    retryMode: 'standard',
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    requestHandler: { connectionTimeout: 350, requestTimeout: DEADLINE_MS, throwOnRequestTimeout: true },
  });
}

/** What every operation is sent with: the deadline. */
export const withinDeadline = (): { abortSignal: AbortSignal } => ({
  abortSignal: AbortSignal.timeout(DEADLINE_MS),
});

/** Runs one operation; whatever DynamoDB or the way to it does wrong becomes TOUR_LAMBDA_STORE_UNAVAILABLE. */
export async function ask<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    throw new TourLambdaError('TOUR_LAMBDA_STORE_UNAVAILABLE', 'the store did not answer in time', {
      hint: 'try again after the time in Retry-After',
      cause,
      headers: { 'retry-after': '1' },
    });
  }
}
