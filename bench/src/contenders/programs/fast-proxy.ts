/** fast-proxy with Node's own client, which verifies the API unless told not to. */
import { serveFastProxy } from './serve-fast-proxy.ts';

serveFastProxy({ rejectUnauthorized: true });
