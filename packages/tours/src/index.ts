export { compileTours, type PublishedPayload, type PublishedTour } from './compile.ts';
export { tourDefaults } from './defaults.ts';
export { ERROR_CODES, type TourProblem, type ToursErrorCode } from './errors.ts';
export { accountKeyPattern, tourIdPattern } from './keys.ts';
export { limits } from './limits.ts';
export { parseTour, type TourResult } from './parse.ts';
export { renderScript, type Script, type ScriptData } from './render-script.ts';
export { sampleAccount, sampleTour } from './sample.ts';
export { type Anchor, type Block, type Button, type Step, type Tour, tourSchema } from './schema.ts';
