export { isSafeLink, isSafeSource } from './addresses.ts';
export {
  compileTours,
  type PublishedPayload,
  type PublishedTour,
  payloadOf,
  publishedTour,
} from './compile.ts';
export type { Block, Button, Inline, Run } from './content.ts';
export { tourDefaults } from './defaults.ts';
export { type Environment, environmentSchema, newEnvironment } from './environment.ts';
export { ERROR_CODES, type TourProblem, type ToursErrorCode } from './errors.ts';
export { type EventReport, eventNames, type ReportedEvent, readReport } from './events.ts';
export { accountKeyPattern, defaultEnvironment, environmentKeyPattern, tourIdPattern } from './keys.ts';
export { limits } from './limits.ts';
export { type EnvironmentResult, parseEnvironment, parseTour, type TourResult } from './parse.ts';
export { type TablePermission, tablePermissions } from './permissions.ts';
export {
  type PreviewData,
  renderScript,
  type Script,
  type ScriptData,
  suspendedScript,
} from './render-script.ts';
export { sampleAccount, sampleTour } from './sample.ts';
export { type Frequency, type Tour, type Trigger, tourSchema } from './schema.ts';
export { problemsOf } from './schema-problems.ts';
export type { Anchor, Step } from './steps.ts';
export type { Comparison, Condition, Target, UrlRule } from './targeting.ts';
export type { Palette, Theme } from './theme.ts';
