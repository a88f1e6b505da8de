import { defineConfig } from 'vitest/config';

// Real sockets, certificates and health checks, beside other work on the same cores.
export default defineConfig({ test: { testTimeout: 30_000 } });
