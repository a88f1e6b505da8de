/** What the runtime assumes where a published tour is silent; the compiler leaves these values out. */
export const tourDefaults = {
  trigger: { delayMs: 0 },
  anchor: { waitMs: 4000, onMissing: 'skip' },
  step: { side: 'bottom', align: 'center' },
} as const;
