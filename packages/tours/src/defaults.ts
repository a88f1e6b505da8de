/** What the runtime assumes where a published tour is silent; the compiler leaves these values out. */
export const tourDefaults = {
  priority: 0,
  trigger: { delayMs: 0 },
  target: { percent: 100 },
  frequency: { exemptFromCap: false },
  anchor: { waitMs: 4000, onMissing: 'skip' },
  step: { side: 'bottom', align: 'center', position: 'top' },
  list: { ordered: false },
  button: { newTab: false },
  environment: { consent: 'assumed' },
} as const;
