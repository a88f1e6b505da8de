import { defineProject } from 'vitest/config';

// Projects take no timeouts from the root's configuration, and these tests start processes.
export default defineProject({ test: { testTimeout: 30_000, hookTimeout: 120_000 } });
