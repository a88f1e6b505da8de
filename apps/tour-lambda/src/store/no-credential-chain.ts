/**
 * Takes the place of @aws-sdk/credential-provider-node in the bundles. The client is always handed credentials,
 * so nobody calls it.
 */
export function defaultProvider(): never {
  throw new Error('credentials must be handed to the client');
}
