import { guard } from './guard.ts';

/** {@link guard} for the next frame; answers its handle. */
export const guardFrame = (action: () => void): number =>
  requestAnimationFrame(() => {
    guard('frame', action);
  });
