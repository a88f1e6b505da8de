/** fast-proxy with undici. */
import { serveFastProxy } from './serve-fast-proxy.ts';

serveFastProxy({ undici: {} });
