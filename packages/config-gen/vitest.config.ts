import { defineConfig } from 'vitest/config';

// Real haproxy processes, beside other work on the same cores.
export default defineConfig({ test: { testTimeout: 30_000 } });
