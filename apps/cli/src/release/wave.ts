/** Which regions a rollout goes through: the first one, all others, or every one. */
export const waves = ['canary', 'rest', 'all'] as const;
export type Wave = (typeof waves)[number];
